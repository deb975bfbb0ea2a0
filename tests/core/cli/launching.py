"""Commands in two processes, launched as users launch them."""

import sys

LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
