"""`python -m tests.benchmarks.sync.peers.singer_target`: target-postgres as it is."""

from target_postgres.target import TargetPostgres

from tests.benchmarks.sync.peers.stamp import stamped

if __name__ == "__main__":
    with stamped():
        TargetPostgres.cli()
