# Inside of the guest: images that take a kernel to make. $1: ceph.conf, $2: pool.
set -e
alone='activation{udev_sync=0 udev_rules=0 monitoring=0} backup{backup=0 archive=0} global{cache_check_executable=""}'
work=$(mktemp -d) && cd "$work" && mkdir at
modprobe -a loop dm_mod dm_thin_pool dm_cache_smq dm_crypt ext4 xfs
put() {
  rbd --conf "$1" --id admin import --no-progress "$3" --dest-pool="$2" --dest="$4"
  rbd --conf "$1" --id admin snap create --no-progress --pool="$2" --image="$4" --snap=s
}
fill() { # device, type, hostname
  mount -t "$2" "$1" at && mkdir at/etc && echo "$3" >at/etc/hostname && umount at
}

# One group over two disks: a volume on both, one on the first alone, and on the second alone a thin one with a snapshot.
truncate -s 48M first second
a=$(losetup -f --show first) b=$(losetup -f --show second)
vgcreate -qq --devices "$a,$b" --config "$alone" vg_two "$a" "$b"
lvcreate -qq -y --devices "$a,$b" --config "$alone" -n both -i 2 -L 24M vg_two
lvcreate -qq -y --devices "$a,$b" --config "$alone" -n own -L 8M vg_two "$a"
lvcreate -qq -y --devices "$a,$b" --config "$alone" -T -L 16M -V 16M -n thin vg_two/pool "$b"
mkfs.ext4 -qF /dev/mapper/vg_two-both && fill /dev/mapper/vg_two-both ext4 both
mkfs.ext4 -qF /dev/mapper/vg_two-thin && fill /dev/mapper/vg_two-thin ext4 thin
mkfs.ext4 -qF /dev/mapper/vg_two-own && fill /dev/mapper/vg_two-own ext4 own
lvcreate -qq -y --devices "$a,$b" --config "$alone" -s -n shot vg_two/thin
vgchange -qq --devices "$a,$b" --config "$alone" -an vg_two
losetup -d "$a" "$b"

# A cached volume, and a thin one whose pool has lost its metadata.
truncate -s 64M odd
d=$(losetup -f --show odd)
do_odd() { "$1" -qq -y --devices "$d" --config "$alone" "${@:2}"; }
do_odd vgcreate vg_odd "$d"
do_odd lvcreate -n cached -L 8M vg_odd
mkfs.ext4 -qF /dev/mapper/vg_odd-cached && fill /dev/mapper/vg_odd-cached ext4 cached
do_odd lvcreate --type cache-pool -L 8M -n fast vg_odd
do_odd lvconvert --type cache --cachepool vg_odd/fast vg_odd/cached
do_odd lvcreate -T -L 8M -V 8M -n torn vg_odd/pool
extent=$(lvs --devices "$d" --all --noheadings -o seg_pe_ranges vg_odd/pool_tmeta | sed -n 's/.*:\([0-9]*\)-.*/\1/p')
[ "$extent" -gt 0 ]
do_odd vgchange -an vg_odd
yes noise | dd of="$d" bs=1M seek=$((1 + 4 * extent)) count=4 iflag=fullblock status=none
losetup -d "$d"

# What asks for a passphrase.
truncate -s 20M secret
d=$(losetup -f --show secret)
words='--batch-mode --type luks2 --label vault --pbkdf pbkdf2 --pbkdf-force-iterations 1000'
cryptsetup luksFormat $words "$d" - <<<open
losetup -d "$d"

# A disk with a plain partition and one with a group.
truncate -s 48M stack
sfdisk -q stack <<<$'label: dos\nsize=16MiB\nsize=+'
p=$(losetup -f --show -o 1048576 --sizelimit 16777216 stack)
mkfs.vfat -n PLAIN "$p" >/dev/null && fill "$p" vfat plain
losetup -d "$p"
p=$(losetup -f --show -o 17825792 stack)
vgcreate -qq --devices "$p" --config "$alone" vg_stack "$p"
lvcreate -qq -y --devices "$p" --config "$alone" -n root -L 16M vg_stack
mkfs.ext4 -qF /dev/mapper/vg_stack-root && fill /dev/mapper/vg_stack-root ext4 stack
# and a volume that is a disk itself
lvcreate -qq -y --devices "$p" --config "$alone" -n disk -L 8M vg_stack
sfdisk -q /dev/mapper/vg_stack-disk <<<$'label: dos\nsize=+' 2>/dev/null || true
vgchange -qq --devices "$p" --config "$alone" -an vg_stack
losetup -d "$p"

# The least of everything, to be opened very often.
truncate -s 24M little
sfdisk -q little <<<$'label: dos\nsize=+'
p=$(losetup -f --show -o 1048576 little)
vgcreate -qq --devices "$p" --config "$alone" vg_little "$p"
lvcreate -qq -y --devices "$p" --config "$alone" -n root -L 8M vg_little
mkfs.ext4 -qF /dev/mapper/vg_little-root && fill /dev/mapper/vg_little-root ext4 little
vgchange -qq --devices "$p" --config "$alone" -an vg_little
losetup -d "$p"

# Switched off while it wrote: what came last stands in its log alone.
truncate -s 320M dirty
mkfs.xfs -q dirty
d=$(losetup -f --show dirty)
mount -t xfs "$d" at && seq 1 1000 >at/last && sync at/last && touch at/after
xfs_io -x -c 'shutdown -f' at
umount at && losetup -d "$d"
xfs_logprint -t dirty | grep -q DIRTY

for one in first second odd secret stack little dirty; do put "$1" "$2" "$one" "$one"; done
cd / && rm -r "$work"
