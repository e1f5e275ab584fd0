/** Those who are told of runs over the network, or by programs. Apart from the rest, so that only who tells loads it. */
export { notify } from "./notify.ts";
export type { Ended, NotifyTools } from "./notify.ts";
export { openOutlets } from "./open.ts";
export type { Outlet, Untold } from "./outlet.ts";
