"Print the test command that README.md gives: the one shell line that calls pytest"
import re
from pathlib import Path

text = (Path(__file__).parents[1]/'README.md').read_text(encoding='utf-8')
lines = [l.strip() for block in re.findall(r'```(?:sh|bash)\n(.*?)```', text, re.S) for l in block.splitlines() if 'pytest' in l]
assert len(lines)==1, f'README.md should give exactly one command that calls pytest, not {len(lines)}'
print(lines[0])
