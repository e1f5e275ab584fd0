import type { ApiSettings } from "@backurne/model";
import { LISTEN } from "../schema/api.ts";
import type { Config } from "../schema/config.ts";

export function resolveApi({ listen, hosts }: Config["api"]): ApiSettings {
  const { socket, host = "", port } = LISTEN.exec(listen)?.groups ?? {};
  return { listen: socket === undefined ? { host, port: Number(port) } : { socket }, hosts };
}
