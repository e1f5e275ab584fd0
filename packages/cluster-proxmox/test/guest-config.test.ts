import fc from "fast-check";
import { expect, it } from "vitest";
import { keepConfig } from "../src/guest-config.ts";
import { guest } from "./guests.ts";

const DIGEST = "2b8e4f9c0d1a3b5c7e9f00112233445566778899";

it("keeps a VM's configuration as Proxmox has it, its digest beside it", () => {
  const config = {
    name: "web01",
    memory: "4096",
    cores: 4,
    agent: 1,
    boot: "order=scsi0;net0",
    scsi0: "ceph:vm-100-disk-0,iothread=1,size=32G",
    unused0: "ceph:vm-100-disk-7",
    smbios1: "uuid=8eb4f698-afdc-45bb-9f6c-1833c42ae368",
    vmgenid: "3e9d1d2c-5a39-4e0b-9a2b-0f5f7a1c9e11",
    meta: "creation-qemu=9.0.2,ctime=1718000000",
    parent: "before-upgrade",
    lock: "migrate",
    description: "the web server\nask Ann for its password",
    sshkeys: "ssh-ed25519%20AAAA",
    ciuser: "ann",
    ipconfig0: "ip=dhcp",
    cicustom: "user=local:snippets/web.yaml",
    args: "-cpu host,+pcid",
  };
  const kept = keepConfig(guest({ node: "pve2", config: { ...config, digest: DIGEST } }));
  expect(kept).toEqual({ kind: "qemu", vmid: 100, name: "web01", node: "pve2", digest: DIGEST, config });
});

it("keeps a container's configuration, its low-level settings as they stand in its file", () => {
  const config = {
    hostname: "dns1",
    rootfs: "ceph:vm-200-disk-0,size=8G",
    lxc: [
      ["lxc.cgroup2.devices.allow", "c 10:200 rwm"],
      ["lxc.mount.entry", "/dev/net dev/net none bind,create=dir"],
    ],
  };
  const kept = keepConfig(guest({ kind: "lxc", vmid: 200, name: "dns1", config }));
  expect(kept).toMatchObject({ kind: "lxc", vmid: 200, name: "dns1", digest: "" });
  expect(kept.config).toEqual({
    hostname: "dns1",
    rootfs: "ceph:vm-200-disk-0,size=8G",
    lxc: "lxc.cgroup2.devices.allow: c 10:200 rwm\nlxc.mount.entry: /dev/net dev/net none bind,create=dir",
  });
});

const SECRET = "hunter2";

it.each<[string, Record<string, unknown>]>([
  ["cloud-init's password", { cipassword: SECRET }],
  ["cloud-init's password as a hash", { cipassword: `$5$salt$${SECRET}` }],
  ["a container's environment", { env: `DB=${SECRET}\0LANG=C` }],
  ["a console's password for QEMU", { args: `-vnc 0.0.0.0:77,password=${SECRET}` }],
  ["a secret object for QEMU", { args: `-object secret,id=s0,data=${SECRET}` }],
  ["an environment for LXC", { lxc: [["lxc.environment", `DB=${SECRET}`]] }],
  ["an environment of the running container for LXC", { lxc: [["lxc.environment.runtime", `DB=${SECRET}`]] }],
  ["a hook with a token for LXC", { lxc: [["lxc.hook.start", `/bin/register --token ${SECRET}`]] }],
  ["a snapshot's section", { snapshots: { before: { cipassword: SECRET, memory: "1024" } } }],
  ["a pending value", { pending: { cipassword: SECRET } }],
  ["a list of pending values", { pending: [{ key: "cipassword", pending: SECRET }] }],
])("leaves out %s, and keeps the rest", (_, config) => {
  const kept = keepConfig(guest({ config: { ...config, memory: "4096", digest: DIGEST } }));
  expect(JSON.stringify(kept)).not.toContain(SECRET);
  expect(kept.config).toEqual({ memory: "4096" });
});

it("keeps the other low-level settings beside a secret one", () => {
  const lxc = [
    ["lxc.apparmor.profile", "unconfined"],
    ["lxc.environment", `DB=${SECRET}`],
    ["lxc.cap.drop", ""],
  ];
  expect(keepConfig(guest({ kind: "lxc", config: { lxc } })).config).toEqual({
    lxc: "lxc.apparmor.profile: unconfined\nlxc.cap.drop: ",
  });
});

it("holds only texts and numbers, and every one that is no secret", () => {
  const key = fc.stringMatching(/^[a-z]{1,8}\d?$/).filter((name) => !["digest", "env", "lxc", "args"].includes(name));
  const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean(), fc.dictionary(key, fc.string()));
  fc.assert(
    fc.property(fc.dictionary(key, value), (config) => {
      const scalars = Object.entries(config).filter(([, one]) => typeof one === "string" || typeof one === "number");
      expect(Object.entries(keepConfig(guest({ config })).config)).toEqual(scalars);
    }),
  );
});
