"""`python -m pipeline` is `activity-import`."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
