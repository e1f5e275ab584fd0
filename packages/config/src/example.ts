/**
 * A complete configuration with comments. Behind the `#` of a comment stands one space; of a setting that is
 * switched off none, or two and more: without that `#` the whole is valid, too.
 */
export function exampleConfig(): string {
  return example;
}

// Text in a module and not a file beside it, so that it is there in a bundle as well. docs/backurne.yaml is a copy.
const example = `# backurne: the whole configuration, with its defaults.
# yaml-language-server: $schema=./backurne.schema.json
#
# Goes to /etc/backurne/backurne.yaml (or --config FILE, or BACKURNE_CONFIG), and only its owner may
# read it: chmod 600. A line with "#" and no space, or several, is a setting that is switched off.
# \`backurne config check\` names every mistake with its line.

# Snapshots whose name begins with this word are ours. All others are never touched, on either side.
snap_prefix: backup

# Where the backups are. The pool must not be one that is backed up.
backup_cluster:
  pool: backup
  #namespace: backurne
  #ceph_conf: /etc/ceph/backup.conf # default: Ceph's own, /etc/ceph/ceph.conf
  #ceph_id: backurne # the cephx user without "client."; default: admin

# How often, and how long. hourly, daily, weekly, monthly (30 days) and yearly have their interval in
# their name; any other name needs "every".
# count: a point is kept for so many intervals, and until so many newer good ones exist. A changed
# one, or a changed "every", is that of later points: those that stand go by what they were made
# under, until "backurne retention apply"
# max_on_live: so many snapshots more stay on the live cluster (the newest shared one always stays)
# priority: high goes first
# at: on the wall clock instead of by age: ":15", "01:00", "Sun 02:00", "1 02:00", "Jan 1 02:00"
# default: false: only where a rule names it
profiles:
  daily:
    count: 30
    max_on_live: 1
    at: "01:00"
  hourly:
    count: 48
    priority: high
  weekly: { count: 8, at: "Sun 02:00" }
  db6h: { count: 20, every: 6h, default: false }
  #monthly: { count: 12 }
  #yearly: { count: 3, max_on_live: 0, priority: normal }

live_clusters:
  # Plain, by ssh: every image of a pool is backed up.
  # ssh is configured outside: keys, and the host keys of these hosts (which are always checked).
  - name: alpha # unique, never changed: the names of the backups begin with it
    type: plain
    fqdn: ceph1.example.net # anything ssh takes
    pool: rbd
    #namespace: tenant1
    #ceph_conf: /etc/ceph/alpha.conf # on that host
    #ceph_id: backurne
    #ident_prefix: old- # goes before the name where two clusters would share one
    #ssh: { user: backurne, port: 22, identity_file: /etc/backurne/id_ed25519, config_file: /etc/backurne/ssh_config }
    # Changes for this cluster only. Each key replaces the one above; false switches a profile off.
    #profiles: { weekly: false, daily: { count: 60 } }
    #live_worker: 4
    #backup_worker: 8
    #download_compression: true
    #bandwidth: 50M
    # Which images. exclude, include and rules are ONE list, in the order of their lines: the first that
    # matches wins. What none of them matches is backed up with the profiles whose default is true.
    # All keys of a match must fit. * and ? are wildcards. Here: name, pool, namespace.
    include:
      - name: ci-keep
    exclude:
      - name: "ci-*"
    rules:
      - match: { name: "db-*" }
        profiles: [hourly, db6h]

  # Plain, through a command that runs on this host and reaches the cluster (here: Rook's toolbox).
  - name: rook
    type: plain
    get_helper: # its output replaces %HELPERNAME%; left out when the name is fixed
      cmd: kubectl
      args: [-n, rook-ceph, get, pods, -l, app=rook-ceph-tools, -o, name]
    use_helper:
      cmd: kubectl
      args: [-n, rook-ceph, exec, -i, "%HELPERNAME%", --]
    pool: replicapool

  # Proxmox VE: guests with their disks. The API is asked what there is, and to hold guests still; the images
  # are read by ssh where the rbd storages are reached (ceph_endpoint, below).
  #- name: px1
  #  type: proxmox
  #  fqdn: [px1a.example.net, px1b.example.net] # or one; the next node is asked when one does not answer
  #  port: 8006
  #  # Whoever logs in needs VM.Audit and Datastore.Audit; to freeze also VM.Monitor (since Proxmox VE 9
  #  # VM.GuestAgent.Audit and VM.GuestAgent.FileSystemMgmt).
  #  token_id: backurne@pve!backup
  #  token_secret_file: px1.token # chmod 600; relative to this file
  #  # Certificates: true (the host's authorities, the default), false (whoever answers), { ca_file: /path },
  #  # or SHA-256 fingerprints, one of each node, as Proxmox shows them.
  #  tls:
  #    fingerprint: >-
  #      1F:0A:5C:77:E3:42:98:B1:6D:20:C4:9E:8B:35:F7:01:AA:64:D9:13:7C:50:2E:BF:86:49:E1:3D:F2:08:95:6B,
  #      C2:71:0E:95:4B:D8:36:FA:19:83:6C:E7:50:2D:B4:98:0F:A6:71:3E:C5:DA:49:12:87:F3:6E:B0:24:9D:58:C1
  #  use_smbios: true # guests are known by their smbios UUID, whatever storage they are on
  #  ssh: { user: backurne } # to the storages
  #  fsfreeze: true
  #  hooks: { pre_vm: /etc/backurne/hooks/px1-pre, post_vm: false }
  #  # Here matches know name, tag, vmid, kind, storage, pool (Ceph's or Proxmox's), namespace and adapter.
  #  include:
  #    - vmid: 9042
  #  exclude:
  #    - tag: nobackup
  #    - vmid: 9000-9099
  #    - { kind: lxc, storage: scratch }
  #    - adapter: tpmstate0
  #  rules:
  #    - match: { tag: db, kind: qemu }
  #      profiles: [hourly, db6h]
  #      fsfreeze: true
  #    - match: { storage: archive }
  #      profiles: [weekly]
  #      fsfreeze: false
  #- name: px2
  #  type: proxmox
  #  fqdn: px2.example.net
  #  user: backurne@pve
  #  password_file: px2.password
  #  tls: { ca_file: /etc/backurne/px2.pem }
  #  uuid_fallback: false

# Where the rbd storages of Proxmox clusters are reached by ssh: per cluster, else default, else the
# name of the storage. What an endpoint does not say is as its cluster says.
#ceph_endpoint:
#  px1:
#    ssd: ceph1.example.net
#    hdd: { fqdn: ceph2.example.net, ceph_conf: /etc/ceph/hdd.conf, ceph_id: backurne, ssh: { user: root, port: 2222 } }
#  default: { archive: ceph9.example.net }

# Holds guests of Proxmox clusters still, by their agent, while their snapshots are made. Default: true, but
# false on a pool of the old tool, which never really did.
#fsfreeze: true

# A guest without smbios UUID is known by storage and image. With false it is refused.
uuid_fallback: true

# Days the last copy of a disk that is gone is kept beyond its own time. Then it goes to the trash.
extra_retention_time: 30
trash_days: 7

# A run that changes far more of a disk than its own history knows (encryption, or a mistake): more than so
# many times what is usual at most, and more than so much, and more than so much of its used size. Nothing of
# that image expires then until backurne release. false: never.
change_alarm: { factor: 8, at_least: 1G, percent: 25 }

# Workers of this host: transfers per live cluster; receives and expiries of all.
live_worker: 12
backup_worker: 24
# No more than so many full transfers begin in one run. Default: no limit.
#max_new_fulls_per_run: 20

# zstd on the wire. Through a helper it is always on: it brings the checksum.
download_compression: false
# Bytes a second for one transfer: K, M, G are powers of 1024. Default: no limit.
#bandwidth: 200M

# Of "at". Default: the host's.
#timezone: Europe/Paris
# In which the old tool wrote times into snapshot names. Default: the host's.
#legacy_timezone: Europe/Paris

# What this host may lose without harm: run files.
state_dir: /var/lib/backurne

# Prints a digest of its standard input; on both sides.
hash_binary: xxhsum

# After each transfer what it sent is read back and compared with its source, in place on both sides: only digests
# travel. Needs python3-rbd on both, which comes with Debian's ceph-common. Default: true, but false on a pool of the
# old tool, which never did. \`backurne verify\` compares the rest.
#verify: { sent: true }

pretty_colors: true
log_level: info # trace, debug, info, warn, error, silent

# A backup is late after its interval and grace: default, the larger of 2 h and half the interval. What precheck
# found is critical when it is older than max_age: default, the shortest profile's interval and grace.
check:
  #grace: 2h
  #max_age: 26h
  # Each backup is to be verified so often; not checked by default. Where "backurne verify" compares all of it, by shares
  # or at once, all of it counts (allow more than the shares of a turn take); else what transfers prove of themselves.
  #verified_within: 5w
  after_backup: true # each backup ends with a precheck

# Programs of yours, by absolute path: around the snapshots of a guest, and of each of its disks; after a transfer.
# Arguments: the hook, the guest (of a plain cluster cluster:image), the disk; all of it as JSON on stdin. When
# a pre_ fails, what it guards is skipped. Only root and the owner of this file may be able to change them.
#hooks:
#  pre_vm: /etc/backurne/hooks/pre_vm
#  pre_disk: /etc/backurne/hooks/pre_disk
#  post_disk: /etc/backurne/hooks/post_disk
#  post_vm: /etc/backurne/hooks/post_vm
#  post_transfer: /etc/backurne/hooks/post_transfer
#  timeout: 10m # for each; then it has failed

# Asked for each disk of a Proxmox guest: its own profiles, or no backup. A profile of a configured name can only
# keep more, unless may_lower. The token goes into the header "Authorization: Bearer".
#profiles_api:
#  url: https://profiles.example.net/
#  token_file: profiles.token
#  ca_file: /etc/backurne/ca.pem
#  may_lower: false

# \`backurne serve\`: the API and the page, for those who bring a token of \`backurne token create\`. It listens on a unix
# socket or on loopback; what is to be reached from elsewhere needs a proxy that speaks TLS, and its name here.
api:
  listen: 127.0.0.1:5000 # or unix:/run/backurne.sock
  #hosts: [backurne.example.net]

# Opening backups to look into needs root. \`backurne mapper\`, run by root, does that for those who are not: with this
# section map, unmap, list-mapped and serve ask it, whoever runs them, if he is in the group. Its journals, and this file,
# have to be root's alone to change.
#mapper:
#  group: backurne
#  listen: unix:/run/backurne-mapper.sock
#  state_dir: /var/lib/backurne-mapper

# A line for each transfer: which image, from which cluster, how many seconds. syslog, influxdb, none, or a file.
# Whoever cannot be told, here or by notify, stops no run, but it ends with exit code 3.
#report_time: influxdb
# InfluxDB 2 wants org, bucket and a token; InfluxDB 1 a db, and user and password where it asks for them. ca_file and
# mtls (certificate and key) are for TLS. Instead of url: host, port and tls, as the old tool had them.
#influxdb:
#  url: https://influx.example.net:8086
#  org: ops
#  bucket: backurne
#  token_file: influxdb.token
#  ca_file: /etc/backurne/ca.pem
#  mtls: [/etc/backurne/influx.pem, /etc/backurne/influx.key]
#  verify_tls: true

# Who is told at the end of a run, or of a precheck: at most one message each time, whatever has happened. What lasts is
# told again once a day; digest tells once a day how it went, by a precheck where no run comes.
#notify:
#  on: [failure, late, recovery]
#  again: 1d
#  mail: { host: localhost, from: backurne@example.net, to: [ops@example.net] } # tls: starttls, user, password_file
#  webhook: { url: "https://chat.example.net/hook", token_file: chat.token } # ca_file, mtls: as above
#  command: /etc/backurne/tell
`;
