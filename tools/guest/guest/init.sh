#!/bin/busybox sh
# The first process of the guest: makes the host's root, read-only, the lower half of its own, and hands over to the agent.
/bin/busybox mkdir -p /proc /sys /dev /host /upper /root /sbin /usr/bin
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules/order

mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=524288 host /host
mount -t tmpfs tmpfs /upper
mkdir /upper/changes /upper/work
mount -t overlay -o lowerdir=/host,upperdir=/upper/changes,workdir=/upper/work overlay /root
for kind in proc sys dev; do mount --move /$kind /root/$kind; done
mount -t tmpfs -o mode=755 tmpfs /root/run
mkdir -p /root/run/lock /root/dev/pts /root/dev/shm
mount -t devpts devpts /root/dev/pts
mount -t tmpfs tmpfs /root/dev/shm
ln -s /proc/self/fd /root/dev/fd
ln -s fd/0 /root/dev/stdin
ln -s fd/1 /root/dev/stdout
ln -s fd/2 /root/dev/stderr

# The kernel's modules are unpacked somewhere on the host.
mkdir -p /root/lib/modules
mount -t tmpfs tmpfs /root/lib/modules
read -r modules </modules/path
ln -s "$modules" "/root/lib/modules/$(uname -r)"
# The kernel calls it for what it lacks.
[ -e /root/sbin/modprobe ] || ln -s /usr/bin/busybox /root/sbin/modprobe

# Every port of the host's loopback is reached as ours: 127.0.0.1 is no address of this machine, and the gateway's side of
# the emulated network, which is the host, takes it for its own.
ip link set lo up
ip addr del 127.0.0.1/8 dev lo
ip addr add 10.0.2.15/24 dev eth0
ip link set eth0 up
for which in all eth0; do echo 1 >/root/proc/sys/net/ipv4/conf/$which/route_localnet; done
ip route add 127.0.0.1 via 10.0.2.2
hostname guest

cp /agent.sh /root/run/agent.sh
umount -l /host
exec switch_root /root /bin/bash /run/agent.sh
