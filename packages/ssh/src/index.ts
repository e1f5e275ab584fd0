export { compress, expand } from "./compress.ts";
export { keepConnections, type Connection, type Connections } from "./connections.ts";
export { helperTransport, resolveHelper } from "./helper.ts";
export { localTransport } from "./local.ts";
export { sshTransport } from "./ssh.ts";
export type { SshFlavour, SshTarget } from "./ssh.ts";
export { hearZstd, type Heard } from "./hear.ts";
