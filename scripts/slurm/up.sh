#!/usr/bin/env bash
# Starts a private Slurm of one node (this machine) in a new folder, as root, without systemd and without touching an installed cluster:
#     scripts/slurm/up.sh DIR && export SLURM_CONF=DIR/slurm.conf && sinfo
# For tests and for trying out sweeps.  Own keys, sockets and ports, all daemons on the loopback.  scripts/slurm/down.sh DIR stops it.
set -euo pipefail
usage() { echo "usage: up.sh DIR   (a folder that does not exist yet)" >&2 && exit 2; }
[ $# = 1 ] && [ ! -e "$1" ] || usage
[ "$(id -u)" = 0 ] || { echo "up.sh: only root can start the daemons of Slurm" >&2 && exit 1; }
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
for program in munged slurmctld slurmd; do
    command -v "$program" >/dev/null || { echo "up.sh: $program is missing; install slurm-wlm and munge" >&2 && exit 1; }
done

umask 022
mkdir -p "$1"/{spool,state,log,munge}
dir=$(cd "$1" && pwd -P)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
host=$(hostname -s)
cpus=$(nproc)
memory=$(($(awk '/MemTotal/ { print $2 }' /proc/meminfo) / 1024 * 9 / 10)) # MB
ports=($(/usr/bin/python3 -c "
import socket
both = [socket.socket() for _ in range(2)]
for one in both: one.bind(('127.0.0.1', 0))
print(*(one.getsockname()[1] for one in both))"))
# When it does not come up: why, and nothing left running.
failed()
{
    echo "up.sh: the cluster did not come up; the ends of its logs:" >&2
    tail -n 15 "$dir"/log/*.log "$dir/munge/log" >&2
    "$here/down.sh" "$dir"
}
trap '[ $? = 0 ] || failed' EXIT

head -c 1024 /dev/urandom >"$dir/munge/key"
chmod 600 "$dir/munge/key"
chmod 711 "$dir/munge"
# --force: the folder may lie where only root can enter, as all who use this cluster are root.
munged --force --key-file="$dir/munge/key" --socket="$dir/munge/sock" --pid-file="$dir/munge/pid" --log-file="$dir/munge/log" \
    --seed-file="$dir/munge/seed"
cat >"$dir/slurm.conf" <<END
ClusterName=needlework
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/sock
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=500
ReturnToService=2
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmdSpoolDir=$dir/spool
StateSaveLocation=$dir/state
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
KillWait=2
MinJobAge=300
JobRequeue=1
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobcomp.log
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
END
export SLURM_CONF=$dir/slurm.conf
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 100); do
    [ "$(sinfo -h -o %T 2>/dev/null)" != idle ] || exit 0
    sleep 0.1
done
echo "up.sh: the node did not become idle within 10 s" >&2
exit 1
