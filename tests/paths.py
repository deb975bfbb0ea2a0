"""Where the project's files are, for tests in whatever folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAIN = ROOT / "main.py"
SAMPLE = ROOT / "resources" / "sample"
KLUE_FILE = ROOT.parent / "shared" / "data" / "klue-ner" / "klue-ner-v1.1_dev.tsv"
CASES = ROOT.parent / "shared" / "cases"
