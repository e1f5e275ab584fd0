/** The configuration as the rest of the house sees it: read, defaulted, valid. Durations are ms. */
export interface Settings {
  readonly snapPrefix: string;
  readonly profiles: readonly ProfileSettings[];
  readonly backup: PoolAddress;
  readonly liveClusters: readonly LiveCluster[];
  /** How long the last copy of a vanished source outlives its own expiry, ms. */
  readonly extraRetention: number;
  readonly backupWorker: number;
  readonly liveWorker: number;
  readonly maxNewFullsPerRun?: number | undefined;
  readonly trashDays: number;
  /** IANA zones. */
  readonly timezone: string;
  readonly legacyTimezone: string;
  /** What this host may lose without harm: run files. */
  readonly stateDir: string;
  /** The program that prints the digest of its standard input, on whichever host it runs. */
  readonly hashBinary?: string | undefined;
  /** Compare what each transfer sent. Not said: yes, unless the pool was the old tool's, which never did. */
  readonly verifySent?: boolean | undefined;
  readonly logLevel: LogLevel;
  readonly prettyColors: boolean;
  readonly profilesApi?: ProfilesApiSettings | undefined;
  readonly api?: ApiSettings | undefined;
  /** Who maps here; undefined: whoever is asked to, itself. */
  readonly mapper?: MapperSettings | undefined;
  readonly reportTime?: ReportTime | undefined;
  readonly notify?: NotifySettings | undefined;
  readonly check?: CheckSettings | undefined;
  /** undefined: no jump of the change volume raises an alarm. */
  readonly changeAlarm?: ChangeAlarmSettings | undefined;
}

/** When something counts as a problem. Durations are ms. */
export interface CheckSettings {
  /** How much later than its interval a backup may be; not said: `graceOf`. */
  readonly grace?: number | undefined;
  /** Older results of `precheck` are not believed; not said: the shortest profile's interval and grace. */
  readonly maxAge?: number | undefined;
  /** Each chain is to be verified so often; not said: as often as somebody likes. */
  readonly verifiedWithin?: number | undefined;
  /** `backup` ends with a `precheck`. */
  readonly afterBackup: boolean;
}

/** What is far outside of an image's own history; all three have to be exceeded. */
export interface ChangeAlarmSettings {
  /** Of what is usual at most. */
  readonly factor: number;
  /** Bytes. */
  readonly atLeast: number;
  /** Of the used size, 0 to 1. */
  readonly share: number;
}

/** A server that is asked for each guest's own policies. */
export interface ProfilesApiSettings {
  readonly url: string;
  readonly token?: string | undefined;
  readonly caFile?: string | undefined;
  /** A profile it names may also keep less than the configured one of that name. */
  readonly mayLower: boolean;
}

/** How this host answers over HTTP. */
export interface ApiSettings {
  readonly listen: { readonly socket: string } | { readonly host: string; readonly port: number };
  /** Names by which a proxy in front is called, `HOST` or `HOST:PORT`. */
  readonly hosts: readonly string[];
}

/** A process that is root opens backups for those who are not. */
export interface MapperSettings {
  /** Path of the unix socket it is asked at. */
  readonly socket: string;
  /** Name of the group whose members may ask. */
  readonly group: string;
  /** Its journals; nobody else can write there. */
  readonly stateDir: string;
}

/** Where a line goes for each transfer: which image, from where, how long. */
export type ReportTime =
  | { readonly kind: "syslog" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "influxdb"; readonly influxdb: InfluxSettings };

export interface InfluxSettings {
  /** Without a path. */
  readonly url: string;
  readonly into: { readonly db: string } | { readonly org: string; readonly bucket: string };
  readonly login?: { readonly token: string } | { readonly user: string; readonly password: string } | undefined;
  readonly tls: ClientTls;
}

/** How a server proves who it is, and we to it. Paths of files. */
export interface ClientTls {
  /** Whoever answers will do. */
  readonly unchecked?: boolean | undefined;
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** `late`: what `check` would call a problem. */
export type NoticeKind = "failure" | "late" | "recovery" | "digest";

/** Who is told what, beside those who look. */
export interface NotifySettings {
  readonly on: readonly NoticeKind[];
  /** ms; what lasts is told again after so long, and nothing twice within it. */
  readonly again: number;
  readonly mail?: MailSettings | undefined;
  readonly webhook?: { readonly url: string; readonly token?: string | undefined; readonly tls: ClientTls } | undefined;
  /** A program by absolute path; what there is to tell comes as JSON on its stdin. */
  readonly command?: string | undefined;
}

export interface MailSettings {
  readonly host: string;
  readonly port: number;
  /** `wrapped`: from the first byte; `starttls`: or nothing is sent; `off`: for a server on this host. */
  readonly tls: "wrapped" | "starttls" | "off";
  readonly caFile?: string | undefined;
  readonly login?: { readonly user: string; readonly password: string } | undefined;
  readonly from: string;
  readonly to: readonly string[];
}

/** Programs of the operator's, by absolute path. */
export interface HookSettings {
  readonly pre_vm?: string | undefined;
  readonly pre_disk?: string | undefined;
  readonly post_disk?: string | undefined;
  readonly post_vm?: string | undefined;
  readonly post_transfer?: string | undefined;
  /** ms */
  readonly timeout: number;
}

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";

export interface ProfileSettings {
  readonly name: string;
  /** ms */
  readonly interval: number;
  readonly count: number;
  readonly maxOnLive: number;
  readonly priority: "high" | "normal";
  readonly at?: string | undefined;
  /** false: only where a rule or the profiles API names it. */
  readonly default: boolean;
}

/** One pool of one cluster, and how the programs are told of it. */
export interface PoolAddress {
  readonly pool: string;
  readonly namespace: string;
  readonly cephConf?: string | undefined;
  readonly cephId?: string | undefined;
}

export interface SshSettings {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly identityFile?: string | undefined;
  readonly configFile?: string | undefined;
}

export interface HelperCommand {
  readonly cmd: string;
  readonly args: readonly string[];
}

export interface HelperSettings {
  readonly use: HelperCommand;
  /** Its output replaces `%HELPERNAME%` in `use`. */
  readonly get?: HelperCommand | undefined;
}

/** Where a value stands: for reasons that name a line of the configuration. */
export interface ConfigPlace {
  readonly file: string;
  readonly line: number;
}

/** One rule of selection; the first match wins. */
export interface Rule {
  readonly path: string;
  readonly place?: ConfigPlace | undefined;
  readonly match: {
    readonly name?: string | undefined;
    readonly [key: string]: string | number | undefined;
  };
  readonly effect: "exclude" | "include" | "set";
  /** Names of the profiles that apply instead of the default ones. */
  readonly profiles?: readonly string[] | undefined;
  /** Overrides the cluster's. */
  readonly fsfreeze?: boolean | undefined;
}

interface ClusterBase {
  readonly name: string;
  readonly identPrefix: string;
  /** The whole set for this cluster, defaults merged. */
  readonly profiles: readonly ProfileSettings[];
  readonly rules: readonly Rule[];
  readonly liveWorker: number;
  /** Receives from this cluster at once; not said: as many as the host takes. */
  readonly backupWorker?: number | undefined;
  /** zstd on the wire. */
  readonly compression: boolean;
  /** Bytes per second for one transfer. */
  readonly bandwidth?: number | undefined;
  /** Hold guests still that can be. Not said: yes, unless the pool was the old tool's, which never did. */
  readonly fsfreeze?: boolean | undefined;
  readonly hooks: HookSettings;
}

export interface PlainCluster extends ClusterBase {
  readonly kind: "plain";
  readonly address: PoolAddress;
  readonly reach: { readonly ssh: SshSettings } | { readonly helper: HelperSettings };
}

export interface ProxmoxCluster extends ClusterBase {
  readonly kind: "proxmox";
  readonly api: ProxmoxApi;
  /** Guests are known by their smbios UUID, whatever storage they are on. */
  readonly useSmbios: boolean;
  /** A guest without such a UUID is known by storage and image instead of being refused. */
  readonly uuidFallback: boolean;
  /** Where the images of a storage are reached; `default` is for those not named, with the storage's own name as host. */
  readonly storages: Readonly<Record<string, StorageReach>>;
  readonly defaultReach: Omit<StorageReach, "ssh"> & { readonly ssh: Omit<SshSettings, "host"> };
}

/** How `rbd` is run for one storage of a Proxmox cluster. */
export interface StorageReach {
  readonly ssh: SshSettings;
  readonly cephConf?: string | undefined;
  readonly cephId?: string | undefined;
}

export interface ProxmoxApi {
  /** Any node answers for the whole cluster; the next is asked when one does not. At least one. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly login:
    | { readonly user: string; readonly password: string }
    | { readonly tokenId: string; readonly tokenSecret: string };
  /** `system`: the host's certificate authorities. `unchecked`: whoever answers. */
  readonly tls: "system" | "unchecked" | { readonly caFile: string } | { readonly fingerprint: string };
}

export type LiveCluster = PlainCluster | ProxmoxCluster;
