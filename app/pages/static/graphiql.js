"use strict";

(() => {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const root = document.getElementById("graphiql");
  if (!window.GraphiQL) {
    root.textContent = "GraphiQL's files are missing on this server: scripts/install brings them.";
    return;
  }

  // The style sheet that an open menu adds carries this nonce, so the policy needs no 'unsafe-inline'.
  if (settings.nonce) window.__webpack_nonce__ = settings.nonce;

  async function fetcher(request, options) {
    const response = await fetch(settings.endpoint, {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", ...options?.headers },
      body: JSON.stringify(request),
    });
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${response.status} ${response.statusText}\n${text}`);
    }
  }

  // Each application has tabs and a history of its own. The history would keep headers, and with them a token, so
  // they are left out of it.
  const prefix = `${settings.endpoint} `;
  const ownKeys = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  const withoutHeaders = (text) => JSON.stringify(JSON.parse(text), (key, value) => (key === "headers" ? undefined : value));
  const storage = {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) =>
      localStorage.setItem(prefix + key, /:(queries|favorites)$/.test(key) ? withoutHeaders(value) : value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
    get length() {
      return ownKeys().length;
    },
  };

  ReactDOM.createRoot(root).render(
    React.createElement(GraphiQL, {
      fetcher,
      storage,
      defaultQuery: settings.query,
      defaultEditorToolsVisibility: "headers",
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    }),
  );
})();
