import type { ProfilesApiSettings } from "@backurne/model";
import type { Config } from "../schema/config.ts";

export function resolveProfilesApi(api: NonNullable<Config["profiles_api"]>): ProfilesApiSettings {
  const { url, token, ca_file, may_lower = false } = typeof api === "string" ? { url: api } : api;
  return {
    url,
    ...(token === undefined ? {} : { token }),
    ...(ca_file === undefined ? {} : { caFile: ca_file }),
    mayLower: may_lower,
  };
}
