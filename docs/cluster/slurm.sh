#!/bin/bash
# Data-parallel training on several machines of a Slurm cluster: sbatch docs/cluster/slurm.sh
#SBATCH --job-name=glassnet
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --time=01:00:00
#SBATCH --requeue
# With GPUs, one process for each, add: #SBATCH --gpus-per-node=4

set -euo pipefail

# Processes on each machine: one for every GPU, or on CPUs one for every socket or so.
PROCESSES=${PROCESSES:-2}
# A folder that all machines see, with the environment in which glassnet is installed.
source "${ENVIRONMENT:?set it to the folder of the virtual environment}/bin/activate"

MAIN=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)

# One launcher on each machine; each starts its processes and, when one dies anywhere, all of them anew, which go on
# from the last checkpoint. --resume does the same when Slurm has put the whole job back into its queue.
srun torchrun \
    --nnodes="$SLURM_JOB_NUM_NODES" \
    --nproc-per-node="$PROCESSES" \
    --rdzv-backend=c10d \
    --rdzv-id="$SLURM_JOB_ID" \
    --rdzv-endpoint="$MAIN:29500" \
    --max-restarts=3 \
    -m glassnet train "${DATA:-digits}" --batch-size "${BATCH:-1024}" --resume --output "runs/$SLURM_JOB_ID"
