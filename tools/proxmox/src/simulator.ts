import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { Service } from "./api.ts";
import { openDoor } from "./auth.ts";
import { lendCertificates } from "./certificate.ts";
import { createCluster, type Cluster } from "./cluster.ts";
import { answerControl } from "./control.ts";
import { type Endpoint, openEndpoint } from "./endpoints.ts";
import { type Faults, openFaults } from "./faults.ts";
import { type Journal, openJournal } from "./journal.ts";
import { type ClusterSettings, type Times, TIMES } from "./model.ts";
import { openPort, type Port } from "./port.ts";

export interface SimulatorOptions extends ClusterSettings {
  /** For the certificates; used again when they are there. Without it they are gone with this process. */
  readonly dir?: string | undefined;
  /** Of the control interface; the nodes have the ports after it. Without it, whatever is free. */
  readonly port?: number | undefined;
  /** Random, when not said. */
  readonly password?: string | undefined;
  readonly tokenSecret?: string | undefined;
  readonly times?: Partial<Times> | undefined;
}

/** Everything that a client has to know. */
export interface Access {
  /** Of the first node. */
  readonly url: string;
  readonly endpoints: readonly Endpoint[];
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
  /** Where other processes change things and read the journal. */
  readonly control: string;
}

export interface Simulator extends AsyncDisposable {
  readonly access: Access;
  readonly cluster: Cluster;
  readonly faults: Faults;
  readonly journal: Journal;
  close(): Promise<void>;
}

const USER = "root@pam";
const TOKEN = "root@pam!backurne";

/** Starts a Proxmox cluster's API in this process: HTTPS on loopback, one port for each node. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { dir, port: first = 0, password = randomBytes(12).toString("hex"), tokenSecret = randomUUID() } = options;
  const door = openDoor({ users: { [USER]: password }, tokens: { [TOKEN]: tokenSecret } });
  const journal = openJournal();
  const faults = openFaults();
  const ended = new AbortController();
  const ports = new Map<string, Port>();
  const cluster = createCluster(options, {
    journal,
    switchNode: async (node, up) => (up ? ports.get(node)?.open() : ports.get(node)?.close()),
    expireTickets: () => door.expire(),
  });
  const times = { ...TIMES, ...options.times };
  const service: Service = { cluster, door, times, journal, faults, signal: ended.signal };

  await using opened = new AsyncDisposableStack();
  opened.defer(() => ended.abort());
  const { caFile, of } = opened.adopt(await lendCertificates([...cluster.nodes.keys()], dir), (one) => one.giveBack());
  const openOne = async (opening: Promise<Port>) => opened.adopt(await opening, (port) => port.close());
  const controller = createServer((request, response) => void answerControl(request, response, service));
  const control = await openOne(openPort(controller, first));
  const endpoints: Endpoint[] = [];
  for (const [node, certificate] of of) {
    const wanted = first === 0 ? 0 : first + 1 + ports.size;
    const port = await openOne(openEndpoint(node, wanted, { ...certificate, service }));
    ports.set(node, port);
    endpoints.push({ node, host: "127.0.0.1", port: port.number, fingerprint: certificate.fingerprint });
  }
  const access: Access = {
    url: `https://127.0.0.1:${endpoints[0]?.port}`,
    endpoints,
    caFile,
    user: USER,
    password,
    tokenId: TOKEN,
    tokenSecret,
    control: `http://127.0.0.1:${control.number}`,
  };
  const all = opened.move();
  const close = () => all.disposeAsync();
  return { access, cluster, faults, journal, close, [Symbol.asyncDispose]: close };
}
