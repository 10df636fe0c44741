// Opens a page at both widths and in both colour schemes and tells what is there, as JSON.
// Arguments: the page, the browser, the folder with node_modules, a folder for pictures.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

const [page, executablePath, modules, pictures] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(modules), "x.js"))("playwright-core");
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const views = [];
for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const tab = await context.newPage();
    const requests = [];
    const messages = [];
    tab.on("request", (request) => requests.push(request.url()));
    tab.on("console", (message) => messages.push(message.text()));
    tab.on("pageerror", (error) => messages.push(String(error)));
    tab.on("dialog", (dialog) => { messages.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
    await tab.goto(pathToFileURL(resolve(page)).href);
    const seen = await tab.evaluate(() => {
      const visible = (element) => element.getClientRects().length > 0;
      const wide = document.documentElement.clientWidth;
      const rows = [...document.querySelectorAll("section[id] tbody tr:not(.group)")];
      return {
        title: document.title,
        heading: document.querySelector("h1").innerText.trim(),
        scrollWidth: document.documentElement.scrollWidth,
        clientWidth: wide,
        outside: [...document.body.querySelectorAll("*")]
          .filter((one) => visible(one) && one.getBoundingClientRect().right > wide + 1)
          .map((one) => `${one.tagName} ${one.textContent.slice(0, 40)}`),
        rows: rows.map((row) => [...row.cells].map((cell) => cell.textContent)),
        header: visible(document.querySelector("thead")) &&
          document.querySelector("thead").getBoundingClientRect().height > 2,
        paper: getComputedStyle(document.body).backgroundColor,
        // The contrast of each badge's text with its ground (WCAG 2.2).
        contrast: Math.min(...[...document.querySelectorAll(".badge, td p, dt, .scope, thead th, .verdict")].map((one) => {
          const numbers = (color) => color.match(/[\d.]+/g).map(Number);
          let ground = one;
          while (ground && (numbers(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) ground = ground.parentElement;
          const light = (color) => {
            const [r, g, b] = numbers(color).slice(0, 3).map((part) => part / 255)
              .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [low, high] = [light(getComputedStyle(one).color), light(getComputedStyle(ground ?? document.body).backgroundColor)]
            .sort((a, b) => a - b);
          return (high + 0.05) / (low + 0.05);
        })),
      };
    });
    views.push({ width, colorScheme, requests: requests.slice(1), messages, ...seen });
    if (pictures) {
      await tab.screenshot({ path: join(pictures, `${width}-${colorScheme}.png`), clip: { x: 0, y: 0, width, height: 2400 }, fullPage: true });
      if (width === 1280) await tab.pdf({ path: join(pictures, `${colorScheme}.pdf`), format: "A4" });
    }
    await context.close();
  }
}
const context = await browser.newContext();
const tab = await context.newPage();
await tab.goto(pathToFileURL(resolve(page)).href);
const pdf = (await tab.pdf({ format: "A4" })).subarray(0, 5).toString();
await browser.close();
console.log(JSON.stringify({ views, pdf }));
