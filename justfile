# `just` lists the recipes; `just check` is what continuous integration runs.

default:
    @just --list

# Everything that must hold before a change lands
check:
    .ci/run

# The tests alone
test:
    cargo test --locked

# Write the generated files anew: completions, README usage
generate:
    CONTACTS_WRITE_GENERATED=1 cargo test --locked --test generated

# The benchmarks, each against the peer it names
bench:
    cargo bench --locked

# Accept changed snapshots
review:
    cargo insta review
