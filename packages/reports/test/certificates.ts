import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Files of PEM. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Authority extends Pair {
  /** @param names as in `subjectAltName`; `days`: how long it is valid, from now on. */
  certify(name: string, names: string, days?: number): Pair;
}

export interface Certificates extends Disposable {
  authority(name: string): Authority;
}

const KIND = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Real ones, made by openssl in a directory of their own. */
export function openCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), "backurne-tls-"));
  const pair = (name: string): Pair => ({
    certFile: join(directory, `${name}.pem`),
    keyFile: join(directory, `${name}.key`),
  });
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  return {
    authority(name) {
      const own = pair(name);
      const where = ["-keyout", own.keyFile, "-out", own.certFile];
      openssl("req", "-x509", ...KIND, "-days", "2", "-subj", `/CN=${name}`, ...where);
      return {
        ...own,
        certify(subject, names, days = 2) {
          const made = pair(`${name}-${subject}`);
          const request = join(directory, `${name}-${subject}.csr`);
          const extension = ["-addext", `subjectAltName=${names}`];
          openssl("req", ...KIND, "-subj", `/CN=${subject}`, ...extension, "-keyout", made.keyFile, "-out", request);
          const signed = ["-CA", own.certFile, "-CAkey", own.keyFile, "-CAcreateserial", "-copy_extensions", "copy"];
          openssl("x509", "-req", "-in", request, ...signed, "-days", String(days), "-out", made.certFile);
          return made;
        },
      };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}

/** For a server. */
export function contentOf({ certFile, keyFile }: Pair): { readonly cert: string; readonly key: string } {
  return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}
