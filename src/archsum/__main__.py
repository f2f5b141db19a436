"""`python -m archsum`."""

from archsum.cli import main

raise SystemExit(main())
