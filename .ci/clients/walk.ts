// What a user's program would do, with the types that openapi-typescript makes of the contracts. That it compiles is
// half of the check.

import createClient from "openapi-fetch";
import type { components as A, paths as Accounts } from "./accounts.js";
import type { paths as Onboarding } from "./onboarding.js";
import type { components as P, paths as Provisioning } from "./provisioning.js";

type Account = A["schemas"]["Account"];
type ProvisionAccount = P["schemas"]["ProvisionAccount"];

declare const process: { env: Record<string, string | undefined>; exitCode: number };

const setting = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
};

const baseUrl = setting("WATTBOOK_URL");
const [id, key] = [setting("WATTBOOK_APP_ID"), setting("WATTBOOK_APP_KEY")];
const basic = { Authorization: `Basic ${btoa(`${id}:${key}`)}` };
const provisioning = createClient<Provisioning>({ baseUrl, headers: basic });
const accounts = createClient<Accounts>({ baseUrl, headers: basic });
const onboarding = createClient<Onboarding>({ baseUrl, headers: basic });

function must(condition: boolean, what: string, found: unknown): asserts condition {
  if (!condition) throw new Error(`${what}: ${JSON.stringify(found)}`);
}

const body: ProvisionAccount = {
  labelpartner: "NORTH",
  customer_info: {
    external_account_id: "ts-1",
    email: "ts-1@example.com",
    contact_info: { firstname: "Jo", lastname: "Doe" },
  },
  installation_info: [{ external_installation_id: "ts-1", address_info: { country_code: "NL", postal_code: "1011AB" } }],
};

// Provision, read, be told that nothing has changed.
const made = await provisioning.POST("/account", {
  params: { header: { "Idempotency-Key": "ts-1" }, query: { dryRun: false } },
  body,
});
must(made.response.status === 201 && made.data !== undefined, "provisioned", made.error);
must("installation_info" in made.data && made.data.account_id !== undefined, "its ids", made.data);
const account_id = made.data.account_id;
const read = await provisioning.GET("/account/{account_id}", { params: { path: { account_id } } });
must(read.data?.status === "provisioned", "read", read);
const etag = read.response.headers.get("etag") ?? "";
const again = await provisioning.GET("/account/{account_id}", {
  params: { path: { account_id: "ts-1" }, query: { id_type: "external" }, header: { "If-None-Match": etag } },
});
must(again.response.status === 304, "not changed", again.response.status);

// What was read can be sent back, part by part.
const installation = read.data.installation_info[0];
must(installation?.installation_id !== undefined, "an installation", read.data);
const put = await provisioning.PUT("/account/{account_id}/installation/{installation_id}", {
  params: { path: { account_id, installation_id: installation.installation_id }, header: { "If-Match": etag } },
  body: {
    service_information: installation.service_information,
    address_info: installation.address_info,
    labelpartner: installation.labelpartner,
  },
});
must(put.response.status === 200, "sent back", put.error);

// Every value that is taken is told of.
const taken = await provisioning.POST("/account", { body });
must(taken.response.status === 409 && taken.error !== undefined && "errors" in taken.error, "taken", taken);
must(taken.error.code === "conflict" && taken.error.errors?.length === 3, "taken values", taken.error);
must(taken.error.errors.every((error) => error.code === "taken" && error.account_id === account_id), "holder", taken.error);

// The other dialect: add, meet its conflict, send back what was read.
for (const n of [1, 2, 3, 4, 5, 6, 7]) {
  const added = await accounts.POST("/rest/v1/accounts", { body: { providerAccountId: `ts-page-${n}`, accountName: `T${n}` } });
  must(added.data?.status === "success", "added", added);
}
const clash = await accounts.POST("/rest/v1/accounts", { body: { providerAccountId: "ts-page-1" } });
must(clash.error !== undefined && "results" in clash.error, "a conflict", clash);
must(clash.error.results[0]?.code === "NotUnique", "its code", clash.error);
const got = await accounts.GET("/rest/v1/accounts/pid/{providerAccountId}", {
  params: { path: { providerAccountId: "ts-page-1" }, query: { fields: "ext" } },
});
const account: Account | undefined = got.data?.results?.[0];
must(account?.accountId != null, "an account", got);
const back = await accounts.PUT("/rest/v1/accounts/{accountId}", {
  params: { path: { accountId: account.accountId } },
  body: account,
});
must(back.response.headers.get("etag") === got.response.headers.get("etag"), "not changed", back);

// All pages.
const names = new Set<string | null>();
let pageToken: string | undefined;
let pages = 0;
do {
  const page = await accounts.GET("/rest/v1/accounts", {
    params: { query: { pageCount: 3, pageToken, sortOn: ["accountName"], fields: "min" } },
  });
  must(page.data !== undefined, "a page", page.error);
  page.data.results.forEach((one) => names.add(one.accountName));
  pageToken = page.data.nextPageToken;
  pages += 1;
} while (pageToken !== undefined);
must(pages >= 3 && [1, 2, 3, 4, 5, 6, 7].every((n) => names.has(`T${n}`)), "all accounts", [...names]);

// A bearer token.
const nobody = createClient<Provisioning>({ baseUrl });
const token = await nobody.POST("/v1/token", {
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
  body: { grant_type: "client_credentials", client_id: id, client_secret: key },
  bodySerializer: (form) => new URLSearchParams(form as Record<string, string>).toString(),
});
must(token.data?.token_type === "Bearer", "a token", token.error);
const known = await nobody.GET("/account/{account_id}", {
  params: { path: { account_id } },
  headers: { Authorization: `Bearer ${token.data.access_token}` },
});
must(known.response.status === 200, "known by the token", known.error);
const unknown = await nobody.GET("/account/{account_id}", {
  params: { path: { account_id } },
  headers: { Authorization: "Bearer no-such-token" },
});
must(unknown.response.status === 401, "not known", unknown);

// What does not exist must not compile.
export const misspelt = () => {
  // @ts-expect-error: no such grant
  const form: P["schemas"]["TokenForm"] = { grant_type: "client_credential" };
  // @ts-expect-error: no such status
  const status: P["schemas"]["AccountView"]["status"] = "provisoned";
  // @ts-expect-error: no such status
  const other: Account["status"] = "DELETE";
  // @ts-expect-error: no such member
  const change: P["schemas"]["MeterInfo"] = { meter_input: "DEVICE" };
  return [form, status, other, change];
};

// What can be onboarded, in types that name every kind of entity.
const types = await onboarding.GET("/onboarding/entities/types");
must(types.data?.data.some((one) => one.type === "HeatPump") === true, "the types of entities", types.error);
const path = { type: "EV", manufacturer: "audi" } as const;
const audi = await onboarding.GET("/onboarding/entities/types/{type}/{manufacturer}", { params: { path } });
must(audi.data?.identifier.kind === "vin" && audi.data.available === false, "a manufacturer", audi.error);
