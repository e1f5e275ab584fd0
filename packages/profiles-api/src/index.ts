export { openProfilesApi } from "./open.ts";
export type { AskedProfiles, ProfilesApi, ProfilesApiOptions } from "./open.ts";
