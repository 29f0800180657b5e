#!/usr/bin/env bash
# Stops the private Slurm of scripts/slurm/up.sh: cancels its jobs, ends its daemons, leaves the folder with its logs.  Nothing to stop is fine.
set -uo pipefail
[ $# = 1 ] && [ -d "$1" ] || { echo "usage: down.sh DIR" >&2 && exit 2; }
dir=$(cd "$1" && pwd -P)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin SLURM_CONF=$dir/slurm.conf

# Those of the given processes that are daemons of this folder still.
alive()
{
    local pid
    for pid in "$@"; do
        ! grep -zqF "$dir/" "/proc/$pid/cmdline" 2>/dev/null || echo "$pid"
    done
}

# What jobs left behind once their slurmd is gone: steps, and processes within a job, that were started with this configuration.
leftovers()
{
    local process
    for process in /proc/[0-9]*; do
        grep -zqxF "SLURM_CONF=$SLURM_CONF" "$process/environ" 2>/dev/null || continue
        grep -zq '^SLURM_JOB_ID=' "$process/environ" 2>/dev/null || grep -qx slurmstepd "$process/comm" 2>/dev/null || continue
        basename "$process"
    done
}

# A daemon removes the file with its number before it is gone.
control=$(alive $(cat "$dir/slurmctld.pid" 2>/dev/null))
daemons=$(alive $(cat "$dir/slurmd.pid" "$dir/munge/pid" 2>/dev/null))
if [ -n "$control" ]; then
    timeout 10 squeue -h -o %A 2>/dev/null | sort -u | timeout 20 xargs -r scancel 2>/dev/null
    for _ in $(seq 50); do
        [ -n "$(timeout 10 squeue -h 2>/dev/null)" ] || break
        sleep 0.1
    done
fi
kill $control $daemons 2>/dev/null
for _ in $(seq 50); do
    [ -n "$(alive $control $daemons)" ] || break
    sleep 0.1
done
stubborn=$(alive $control $daemons)
[ -z "$stubborn" ] || { kill -9 $stubborn; sleep 0.5; }
leftovers | xargs -r kill -9 2>/dev/null
[ -z "$(alive $control $daemons)" ] || { echo "down.sh: a daemon did not end: $(alive $control $daemons)" >&2 && exit 1; }
