"""What is asked of every page as a browser shows it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.async_api import Page

CONTRAST = """
() => {
  const rgb = color => (color.match(/[0-9.]+/g) || []).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0)
  const opaque = color => color.startsWith('rgb') && (rgb(color)[3] ?? 1) === 1
  const behind = element => {
    const shape = element.namespaceURI.endsWith('svg') && element.parentElement.querySelector('.shape')
    const fill = shape && getComputedStyle(shape).fill
    if (fill && opaque(fill)) return fill
    for (let one = element; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor
      if (opaque(color)) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const told = element => [...element.childNodes].some(one => one.nodeType === 3 && one.data.trim())
  const found = []
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    if (!told(element) || box.width <= 1 || style.visibility === 'hidden' || ['TITLE', 'OPTION'].includes(
      element.tagName.toUpperCase())) continue
    const color = element.namespaceURI.endsWith('svg') ? style.fill : style.color
    const [one, other] = [light(rgb(color)), light(rgb(behind(element)))].sort((a, b) => b - a)
    const ratio = (one + .05) / (other + .05)
    if (ratio < 4.5) found.push(`${element.className.baseVal ?? element.className}: ${element.textContent.trim()
      .slice(0, 40)} ${ratio.toFixed(2)}`)
  }
  return found
}
"""
UNNAMED = """
() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a, summary')].filter(
  one => !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim())
).map(one => one.outerHTML.slice(0, 200))
"""
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3')].map(one => Number(one.tagName[1]))"
OUT_OF_ORDER = "() => [...document.querySelectorAll('[tabindex]')].filter(one => one.tabIndex > 0).length"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT_OFF = """
() => [...document.querySelectorAll('.drawing .box')].filter(box => {
  const shape = box.querySelector('.shape').getBBox()
  return [...box.querySelectorAll('text')].some(text => {
    const at = text.getBBox()
    return at.x < shape.x || at.x + at.width > shape.x + shape.width || at.y + at.height > shape.y + shape.height
  })
}).map(box => box.textContent.slice(0, 80))
"""


async def faults_of(page: Page) -> dict[str, Any]:
    """What is wrong with a page for those who look at it; nothing is what there should be."""
    found = {
        "contrast": await page.evaluate(CONTRAST),
        "unnamed": await page.evaluate(UNNAMED),
        "wider than the window": await page.evaluate(WIDER),
        "out of order": await page.evaluate(OUT_OF_ORDER),
        "text outside its box": await page.evaluate(CUT_OFF),
        "scripts": await page.locator("script").count(),
    }
    levels = await page.evaluate(HEADINGS)
    if levels[:1] != [1] or levels.count(1) != 1 or any(b > a + 1 for a, b in pairwise(levels)):
        found["headings"] = levels
    if not await page.title() or await page.locator("html").get_attribute("lang") != "en":
        found["title"] = await page.title()
    return {name: value for name, value in found.items() if value}
