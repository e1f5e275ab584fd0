import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, as Proxmox shows it: `AB:CD:…` */
  readonly fingerprint: string;
}

/** As in a Proxmox cluster: an authority of its own, and a certificate for each node. */
interface Certificates {
  readonly ca: string;
  readonly of: ReadonlyMap<string, Certificate>;
}

/** Where a client finds the authority. */
interface Lent extends Certificates {
  readonly caFile: string;
  giveBack(): Promise<void>;
}

const made = new Map<string, Promise<Certificates>>();

/** Those of a directory, or of this process: hundreds of tests start a simulator. */
export async function lendCertificates(nodes: readonly string[], dir?: string): Promise<Lent> {
  if (dir !== undefined) {
    return { ...(await makeCertificates(dir, nodes)), caFile: `${dir}/ca.pem`, giveBack: async () => undefined };
  }
  const key = nodes.join("/");
  const certificates = made.get(key) ?? inTemporaryDirectory((aside) => makeCertificates(aside, nodes));
  made.set(key, certificates);
  const { ca, of } = await certificates;
  const directory = await makeTemporaryDirectory();
  const caFile = `${directory}/ca.pem`;
  await writeFile(caFile, ca);
  return { ca, of, caFile, giveBack: () => rm(directory, { recursive: true, force: true }) };
}

const KIND = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"];

/** What is in the directory is used again. */
async function makeCertificates(directory: string, nodes: readonly string[]): Promise<Certificates> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ca = { key: `${directory}/ca.key`, cert: `${directory}/ca.pem` };
  await make(ca, ["-subj", "/CN=Proxmox Simulator CA", "-addext", "keyUsage=critical,keyCertSign"]);
  const signed = ["-CA", ca.cert, "-CAkey", ca.key, "-addext", "basicConstraints=critical,CA:FALSE"];
  const certify = async (node: string): Promise<[string, Certificate]> => {
    const own = { key: `${directory}/${node}.key`, cert: `${directory}/${node}.pem` };
    const names = `subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:${node}`;
    await make(own, ["-subj", `/CN=${node}`, "-addext", names, ...signed]);
    const [key, cert] = await Promise.all([readFile(own.key, "utf8"), readFile(own.cert, "utf8")]);
    return [node, { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 }];
  };
  return { ca: await readFile(ca.cert, "utf8"), of: new Map(await Promise.all(nodes.map(certify))) };
}

async function make({ key, cert }: Pick<Certificate, "key" | "cert">, options: readonly string[]): Promise<void> {
  if (existsSync(cert)) return;
  await promisify(execFile)("openssl", ["req", "-x509", ...KIND, ...options, "-keyout", key, "-out", cert]);
}

async function inTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory();
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function makeTemporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "backurne-simulator-"));
}
