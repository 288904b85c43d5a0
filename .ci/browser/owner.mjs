// Goes through the pages of a running bundle as owners of devices do, with a real browser, with and without script; and
// through the sign-in of a manufacturer, which a mock server of OAuth 2.0 stands for:
//   NODE_MODULES=… node owner.mjs target/debug/wattbook

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { look, openBrowser } from "./look.mjs";

const require = createRequire(path.resolve(process.env.NODE_MODULES ?? "node_modules", "owner.mjs"));
const { OAuth2Server, Events } = await import(pathToFileURL(require.resolve("oauth2-mock-server")));

const VIN = "WAUZZZGE1NB012345";
const CONNECTED = "Your device is connected";

const folder = mkdtempSync(path.join(tmpdir(), "wattbook-owner-"));
const [bundle, manufacturer, app] = [await startBundle(process.argv[2]), await startManufacturer(), await startApp()];
const browser = await openBrowser();
try {
  await setUp();
  for (const javaScriptEnabled of [true, false]) {
    await agrees({ javaScriptEnabled });
    await declines({ javaScriptEnabled });
    await signsIn({ javaScriptEnabled });
    await refuses({ javaScriptEnabled });
    await isLedBack({ javaScriptEnabled });
  }
  console.log("owners of devices get through");
} finally {
  await browser.close();
  await manufacturer.stop();
  app.server.close();
  bundle.child.kill("SIGINT");
  rmSync(folder, { recursive: true });
}

// The seed's example: three parameters, a link, and whoever opens it agrees.
async function agrees(options) {
  const request = await create({ type: "EV", manufacturer: "Sandbox", vin: VIN });
  const wrong = await look(browser, request.link, { name: "consent" });
  assert.deepEqual(wrong, []);
  const { page, context } = await opened(request.link, options);
  await page.getByRole("button", { name: "I agree", exact: true }).click();
  await heading(page, CONNECTED);
  assert.equal((await seen(request)).status, "Succeeded");
  // Neither going back nor loading it again asks or answers anew; nobody else is told.
  await page.reload();
  await heading(page, CONNECTED);
  const other = await opened(request.link, options);
  assert.equal(other.answer.status(), 410);
  // The consent is withdrawn, and the device is free for the next one.
  await page.getByRole("link", { name: "Withdraw consent" }).click();
  await page.locator("button[value=withdraw]").click();
  await page.waitForFunction(() => !document.querySelector("form"));
  await Promise.all([context.close(), other.context.close()]);
}

async function declines(options) {
  const request = await create({ type: "EV", manufacturer: "Sandbox", vin: VIN });
  const { page, context } = await opened(`${request.link}?lang=nl`, options);
  await page.locator("summary").click();
  await page.locator("#reason").fill("Liever niet");
  await page.locator("button[value=decline]").click();
  await page.waitForFunction(() => !document.querySelector("form"));
  assert.equal(await page.locator("html").getAttribute("lang"), "nl");
  assert.equal((await seen(request)).status, "Canceled");
  await context.close();
}

// The manufacturer sends the browser through another origin first, as many do.
async function signsIn(options) {
  const request = await create({ type: "EV", manufacturer: "Mock", vin: VIN });
  const { page, context } = await opened(request.link, options);
  const callbacks = [];
  page.on("request", (sent) => sent.url().includes("/onboarding/callback") && callbacks.push(sent.url()));
  await page.getByRole("button", { name: "I agree", exact: true }).click();
  await heading(page, CONNECTED);
  assert.equal(new URL(page.url()).origin, bundle.url);
  assert.equal((await seen(request)).status, "Succeeded");
  // Where he came back to does nothing for anybody else, and nothing again for him.
  const [callback] = callbacks;
  assert.equal(callbacks.length, 1);
  const other = await opened(callback, options);
  assert.equal(other.answer.status(), 403);
  await page.goto(callback);
  await heading(page, CONNECTED);
  await operate("offboarding/entities", { entityId: (await seen(request)).data.entity.id });
  await Promise.all([context.close(), other.context.close()]);
}

async function refuses(options) {
  manufacturer.service.once(Events.BeforeAuthorizeRedirect, ({ url }) => {
    url.searchParams.delete("code");
    url.searchParams.set("error", "access_denied");
  });
  const request = await create({ type: "EV", manufacturer: "Mock", vin: VIN });
  const { page, context } = await opened(request.link, options);
  await page.getByRole("button", { name: "I agree", exact: true }).click();
  await heading(page, "Your device could not be connected");
  assert.equal((await seen(request)).errors[0].code, "refused_by_owner");
  await context.close();
}

async function isLedBack(options) {
  const returnUrl = `${app.url}/done?shop=1`;
  const request = await create({ type: "EV", manufacturer: "Mock", vin: VIN, returnUrl });
  const { page, context } = await opened(request.link, options);
  await page.getByRole("button", { name: "I agree", exact: true }).click();
  await page.waitForURL(`${returnUrl}&onboardingId=${request.id}&status=Succeeded`);
  await operate("offboarding/entities", { entityId: (await seen(request)).data.entity.id });
  await context.close();
}

async function opened(url, options) {
  const context = await browser.newContext({ locale: "en-GB", ...options });
  const page = await context.newPage();
  return { context, page, answer: await page.goto(url) };
}

async function heading(page, text) {
  await page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor({ timeout: 10_000 });
}

async function setUp() {
  const { url } = manufacturer.issuer;
  const hop = url.replace("localhost", "127.0.0.1");
  // From one origin to another before anybody is asked to sign in.
  const authorizeUrl = `${app.url}/authorize?to=${encodeURIComponent(`${hop}/authorize`)}`;
  const definition = {
    type: "EV", manufacturer: "Mock", connector: "oauth2", consent: "PageAndSignIn", steps: ["Consent", "SignIn", "Connection"],
    identifier: { attribute: "vin", kind: "vin" },
    attributes: {
      type: "object", required: ["vin"],
      properties: { vin: { type: "string", title: "VIN", minLength: 17, maxLength: 64 } },
    },
    exampleAttributes: { vin: "WAUZZZGEZNA012345" },
  };
  const signIn = {
    authorizeUrl, tokenUrl: `${url}/token`, clientId: "wattbook", clientSecret: "secret", scopes: ["vehicles"],
    devicesUrl: `${url}/userinfo`,
  };
  await invoke("administer-catalogue", { action: "put-manufacturer", definition });
  await invoke("administer-catalogue", { action: "put-sign-in", type: "EV", manufacturer: "Mock", signIn });
  await invoke("administer-organisations", {
    action: "set-return-origins", organisation_id: bundle.organisation, origins: [app.url],
  });
}

async function create(body) {
  const request = await operate("onboarding/entities", body);
  return { id: request.id, link: request.action.redirectLink };
}

function seen({ id }) {
  return operate(`onboarding/entities/${id}`);
}

async function operate(where, body) {
  const { url, authorization } = bundle;
  const headers = { authorization, "content-type": "application/json" };
  const answer = await fetch(`${url}/${where}`, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  assert.ok(answer.ok, `${where}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function invoke(name, event) {
  const answer = await fetch(`${bundle.url}/2015-03-31/functions/${name}/invocations`, { method: "POST", body: JSON.stringify(event) });
  assert.equal(answer.headers.get("x-amz-function-error"), null, `${name}: ${await answer.clone().text()}`);
  return answer.json();
}

async function startBundle(program) {
  const file = path.join(folder, "env");
  const child = spawn(program, ["--in-memory", "--port", "0", "--write-env", file], { stdio: "ignore" });
  for (let tries = 0; !existsSync(file) && tries < 300; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  const variables = Object.fromEntries(readFileSync(file, "utf8").split("\n").map((line) => line.split(/=(.*)/s)));
  const { WATTBOOK_URL: url, WATTBOOK_APP_ID: id, WATTBOOK_APP_KEY: key } = variables;
  const hex = id.split(".")[0];
  const organisation = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { child, url, organisation, authorization: `Basic ${btoa(`${id}:${key}`)}` };
}

async function startManufacturer() {
  const server = new OAuth2Server();
  await server.issuer.keys.generate("RS256");
  await server.start(0, "localhost");
  server.service.on(Events.BeforeUserinfo, (answer) => Object.assign(answer.body, { vehicles: [VIN] }));
  return server;
}

// The app of whoever asked, and the first hop of the manufacturer's.
async function startApp() {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (pathname !== "/authorize") return response.end("<title>back</title>");
    const to = new URL(searchParams.get("to"));
    searchParams.delete("to");
    to.search = searchParams;
    return response.writeHead(302, { location: to.href }).end();
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return { server, url: `http://localhost:${server.address().port}` };
}
