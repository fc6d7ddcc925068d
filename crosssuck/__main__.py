"`python -m crosssuck` is `crosssuck`"
from crosssuck.cli import main

main()
