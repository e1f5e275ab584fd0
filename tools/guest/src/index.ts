export { boot, type Guest, type GuestOptions, type Ran } from "./guest.ts";
