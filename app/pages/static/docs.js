"use strict";

(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const root = document.getElementById("docs");
  if (!window.SwaggerUIBundle) {
    root.textContent = "The viewer's files are missing on this server: scripts/install brings them.";
    return;
  }

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const followColors = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", followColors);
  followColors();

  SwaggerUIBundle({
    url: settings.document,
    domNode: root,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: true,
    // No badge of a validator elsewhere, and nothing of a document's address in this page's own.
    validatorUrl: "none",
    queryConfigEnabled: false,
    // Keys and tokens are gone when the page is.
    persistAuthorization: false,
  });
})();
