// node axe.mjs FILE WIDTH: opens a report in Chromium and prints {violations, requests, scroll} as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.AUDITPACK_NODE + "/");
const { chromium } = require("playwright-core");
const axe = require.resolve("axe-core/axe.min.js");

const [file, width] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
// The report forbids scripts; the judge's own must run all the same.
const context = await browser.newContext({ bypassCSP: true, viewport: { width: Number(width), height: 900 } });
const page = await context.newPage();
const requests = [];
page.on("request", (request) => requests.push(request.url()));
await page.goto(pathToFileURL(file).href);
await page.addScriptTag({ path: axe });
const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const shown = violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 3).map((node) => node.html) }));
console.log(JSON.stringify({ violations: shown, requests, scroll }));
await browser.close();
