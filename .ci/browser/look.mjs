// What is held against every page for people, in a real browser. Both the pages by themselves and those of a running
// bundle are looked at with this; whoever imports it names the folder with `node_modules` in NODE_MODULES.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.resolve(process.env.NODE_MODULES ?? "node_modules", "look.mjs"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const LANGUAGES = ["en", "nl", "de", "fr"];
const SCHEMES = ["light", "dark"];
const WIDTHS = { phone: 360, desktop: 1280 };
const NARROWEST = 320;
const SMALLEST_TARGET = 44;
// What colours and widths have a part in; the other rules of axe look at the page alone, and once is enough.
const LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"];

// Debian's browser. As root it has no sandbox, and it looks only at pages of this machine.
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

// Looks at one address in every colour scheme and width. Gives what is wrong, in sentences.
export async function look(browser, url, { name = url, screenshots } = {}) {
  const wrong = [];
  const context = await browser.newContext({ viewport: { width: WIDTHS.desktop, height: 900 } });
  const page = await context.newPage();
  page.on("console", (message) => {
    // That the page itself is answered 404 is no fault of it.
    if (message.location().url !== url || !message.text().startsWith("Failed to load")) {
      wrong.push(`the console says: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => wrong.push(`an error: ${error.message}`));
  const others = await heldBack(page, url);
  try {
    const answer = await page.goto(url);
    wrong.push(...wrongHeaders(answer.headers()));
    const onward = await page.evaluate(
      () => document.querySelector("meta[http-equiv=refresh]")?.content.split("url=")[1],
    );
    wrong.push(...others.filter((other) => other !== onward).map((other) => `asks for ${other}`));
    await page.evaluate(AXE);
    wrong.push(...(await axe(page)));
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      for (const [device, width] of Object.entries(WIDTHS)) {
        await page.setViewportSize({ width, height: 900 });
        const where = `${colorScheme}, ${device}`;
        for (const fault of await axe(page, LOOKS)) wrong.push(`${where}: ${fault}`);
        if (screenshots) {
          const file = `${name.replaceAll("/", "_")}-${colorScheme}-${device}.png`;
          await page.screenshot({ path: path.join(screenshots, file), fullPage: true });
        }
      }
    }
    await page.emulateMedia({ colorScheme: "light", forcedColors: "active" });
    for (const fault of await axe(page, LOOKS)) wrong.push(`forced colours: ${fault}`);
    await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
    await page.setViewportSize({ width: NARROWEST, height: 640 });
    wrong.push(...(await page.evaluate(measured, SMALLEST_TARGET)));
    wrong.push(...(await withKeys(page)));
  } finally {
    await context.close();
  }
  return wrong.map((fault) => `${name}: ${fault}`);
}

// Lets nothing through but the page itself, and keeps what else is asked for: a page that leads on by itself stays.
async function heldBack(page, url) {
  const others = [];
  await page.route((address) => address.href !== url, (route) => {
    others.push(route.request().url());
    return route.abort("aborted");
  });
  return others;
}

// What the policy must forbid, tried: a script, a style, a picture, a frame, a form to anywhere.
export async function tryToBreak(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await page.goto(url);
    const forbidden = await page.evaluate(async () => {
      const found = [];
      document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
      const put = (tag, properties) => {
        const element = Object.assign(document.createElement(tag), properties);
        document.body.append(element);
        return element;
      };
      put("script", { textContent: "window.broken = true" });
      put("style", { textContent: "body { display: none }" });
      put("img", { src: "http://localhost:9/x.png" });
      put("iframe", { src: "http://localhost:9/" });
      const button = put("button", { type: "button" });
      button.setAttribute("onclick", "window.broken = true");
      button.click();
      put("form", { action: "http://localhost:9/", method: "post" }).submit();
      document.head.append(Object.assign(document.createElement("base"), { href: "http://localhost:9/" }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const shown = document.body.checkVisibility();
      return { found: [...new Set(found)].sort(), broken: window.broken === true, shown };
    });
    const inline = ["script-src-attr", "script-src-elem", "style-src-elem"];
    const expected = ["base-uri", "form-action", "frame-src", "img-src", ...inline];
    const missing = expected.filter((directive) => !forbidden.found.includes(directive));
    const wrong = missing.map((directive) => `${url}: nothing was refused by ${directive}`);
    if (forbidden.broken || !forbidden.shown) wrong.push(`${url}: what was put into the page had its way`);
    return wrong;
  } finally {
    await context.close();
  }
}

async function axe(page, rules) {
  const { violations, incomplete } = await page.evaluate(
    (runOnly) => window.axe.run({ runOnly, resultTypes: ["violations", "incomplete"] }),
    rules,
  );
  const where = (nodes) => nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ");
  return [...violations, ...incomplete].map(({ id, nodes }) => `axe ${id}: ${where(nodes)}`);
}

function wrongHeaders(headers) {
  const expected = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    vary: "accept-language",
  };
  const wrong = Object.entries(expected).filter(([name, value]) => headers[name] !== value);
  return wrong.map(([name]) => `the header ${name} is ${headers[name]}`);
}

// Runs in the page.
function measured(smallest) {
  const wrong = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) wrong.push(`is ${scrollWidth} wide where there is room for ${clientWidth}`);
  for (const element of document.querySelectorAll("a, button, select, summary, textarea, input")) {
    // The label of a radio button is a part of what is touched.
    const target = element.type === "radio" ? element.parentElement : element;
    const { width, height } = target.getBoundingClientRect();
    if (element.checkVisibility() && (width < smallest || height < smallest)) {
      wrong.push(`${element.outerHTML.slice(0, 80)} is ${Math.round(width)} by ${Math.round(height)}`);
    }
  }
  return wrong;
}

// Everything that can be used is reached by the tabulator, in the order of the page, and shows that it is.
async function withKeys(page) {
  const expected = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, select, summary, textarea, input")];
    const seen = all.filter((element) => element.checkVisibility());
    // Of radio buttons of one name one is stopped at.
    const groups = new Map(seen.filter((it) => it.type === "radio").map((it) => [it.name, null]));
    for (const name of groups.keys()) {
      const group = seen.filter((it) => it.name === name);
      groups.set(name, group.find((it) => it.checked) ?? group[0]);
    }
    const stops = seen.filter((it) => it.type !== "radio" || groups.get(it.name) === it);
    stops.forEach((it, index) => it.setAttribute("data-stop", index));
    return stops.length;
  });
  const wrong = [];
  // What has the focus when the page is opened is where the tabulator goes on from.
  await page.evaluate(() => {
    document.body.setAttribute("tabindex", "-1");
    document.body.focus();
  });
  for (let index = 0; index < expected; index += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const outline = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
      return { stop: document.activeElement.getAttribute("data-stop"), outline };
    });
    if (at.stop !== String(index)) wrong.push(`the tabulator reaches ${at.stop} where ${index} is next`);
    if (!at.outline) wrong.push(`no outline is seen at ${at.stop}`);
  }
  return wrong;
}
