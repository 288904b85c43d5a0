// Looks at every page for people in every language, with a real browser:
//   NODE_MODULES=… node pages.mjs [--screenshots FOLDER] (--serve PROGRAM | ADDRESS…)
// The program is the preview of the pages, which prints its address; addresses may be those of a running bundle.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { LANGUAGES, look, openBrowser, tryToBreak } from "./look.mjs";

// Browsers wait more than they work.
const AT_ONCE = 4;

const { values: options, positionals: addresses } = parseArgs({
  options: { screenshots: { type: "string" }, serve: { type: "string" } },
  allowPositionals: true,
});
if (options.screenshots) mkdirSync(options.screenshots, { recursive: true });

const browser = await openBrowser();
const preview = options.serve && spawn(options.serve, { stdio: ["ignore", "pipe", "inherit"] });
try {
  const given = addresses.map((url) => ({ url }));
  const wrong = preview ? await lookAtPreview(await firstLine(preview.stdout)) : await lookAt(given);
  wrong.forEach((fault) => console.error(fault));
  if (wrong.length) process.exitCode = 1;
  else console.log("every page is as it should be");
} finally {
  preview?.kill();
  await browser.close();
}

async function firstLine(stream) {
  for await (const line of createInterface(stream)) return line;
  throw new Error("the preview ended before it served pages");
}

async function lookAtPreview(address) {
  const paths = await (await fetch(address)).json();
  const jobs = paths.flatMap((path) =>
    LANGUAGES.map((language) => ({ url: `${address}${path}?lang=${language}`, name: `${path.slice(1)}-${language}` })),
  );
  const wrong = await lookAt(jobs);
  wrong.push(...(await tryToBreak(browser, `${address}/ask`)));
  await useWithoutScript(address);
  console.log(`${jobs.length} pages were looked at`);
  return wrong;
}

async function lookAt(jobs) {
  const wrong = [];
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      wrong.push(...(await look(browser, job.url, { name: job.name, screenshots: options.screenshots })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return wrong;
}

// A person without script and mouse agrees, declines, is stopped by an empty field, and takes another language.
async function useWithoutScript(address) {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "nl-BE" });
  const page = await context.newPage();
  const press = async (selector, key) => {
    await page.locator(selector).focus();
    await page.keyboard.press(key);
  };
  await page.goto(`${address}/ask`);
  assert.equal(await page.locator("html").getAttribute("lang"), "nl");
  await press("button[value=agree]", "Enter");
  await page.waitForURL("**/sign-in");
  assert.notEqual(new URL(page.url()).hostname, new URL(address).hostname);

  await page.goto(`${address}/ask-missing`);
  await press("button[value=agree]", "Space");
  assert.equal(new URL(page.url()).pathname, "/ask-missing", "the browser asks for what is missing first");
  await press("summary", "Enter");
  await page.locator("#reason").fill("Nee, dank u");
  await press("button[value=decline]", "Enter");
  await page.waitForURL("**/back");

  await page.goto(`${address}/ask-missing`);
  await press("a[hreflang=fr]", "Enter");
  await page.waitForURL("**/ask-missing?lang=fr");
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await context.close();
}
