import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates, type TLSSocket } from "node:tls";
import { BackurneError, describeError, type ProxmoxApi } from "@backurne/model";
import { buildConnector } from "undici";

/** Who is believed to be Proxmox. Whatever fails here fails before one byte of HTTP is sent. */
export function connector(tls: ProxmoxApi["tls"], timeout: number): buildConnector.connector {
  // Without sessions every connection shows its certificate anew.
  const base = { timeout, allowH2: false, maxCachedSessions: 0 };
  if (tls === "unchecked") return buildConnector({ ...base, rejectUnauthorized: false });
  if (tls === "system") return buildConnector({ ...base, ca: systemAuthorities() });
  if ("caFile" in tls) return buildConnector({ ...base, ca: readAuthorities(tls.caFile) });
  return pinned(buildConnector({ ...base, rejectUnauthorized: false }), tls.fingerprint);
}

/** The host's own store, and what NODE_EXTRA_CA_CERTS adds; Node by itself knows Mozilla's only. */
function systemAuthorities(): string[] {
  return [...getCACertificates("system"), ...getCACertificates("extra")];
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new BackurneError("configuration", `cannot read the certificate authority: ${describeError(cause)}`);
  }
}

/** Each node of a cluster has a certificate of its own: several fingerprints stand separated by commas or spaces. */
function pinned(connect: buildConnector.connector, fingerprints: string): buildConnector.connector {
  const pins = fingerprints
    .trim()
    .split(/[\s,]+/)
    .map(readFingerprint);
  return (options, callback) => {
    connect(options, (error, socket) => {
      if (error) return callback(error, null);
      const shown = leafDigest(socket as TLSSocket);
      if (shown && pins.some((pin) => timingSafeEqual(pin, shown))) return callback(null, socket);
      socket.destroy();
      const found = shown?.toString("hex").toUpperCase().match(/../g)?.join(":") ?? "none";
      callback(new Error(`its certificate has another fingerprint than the configured one: ${found}`), null);
    });
  };
}

function leafDigest(socket: TLSSocket): Buffer | undefined {
  const leaf = socket.getPeerX509Certificate();
  return leaf && createHash("sha256").update(leaf.raw).digest();
}

/** With or without colons, as openssl and Proxmox's web interface print it. */
function readFingerprint(text: string): Buffer {
  const hex = text.replace(/^sha-?256[:=]/i, "").replaceAll(":", "");
  if (/^[0-9a-f]{64}$/i.test(hex)) return Buffer.from(hex, "hex");
  throw new BackurneError("configuration", "the fingerprint is not one of SHA-256: 64 hexadecimal digits");
}
