# Needs Go, make and a POSIX shell; "make race" a C compiler besides.

GO ?= go
FUZZTIME ?= 30s
MINUTES ?= 10
# How long the hostile part of a soak lasts: 12 s for each of the minutes.
HOSTILE ?= $(shell echo $$(($(MINUTES) * 12)))s
KILLS ?= 100
# Operations a sample: three are 0.2 to 1 s in most cells.
BENCHTIME ?= 3x
# Flags for the tests under the race detector: -short leaves out strategies that
# differ from others by their transport or codec alone.
RACEFLAGS ?=
# Packages of the main module to test so. CI leaves those out that compute and
# draw in one goroutine.
RACEPKGS ?= ./...
# Flags for "handoff run", such as RUNFLAGS="-o results/RUN" to go on with an
# interrupted run.
RUNFLAGS ?=
# Flags for benchstat in benchdiff, such as BENCHSTATFLAGS="-filter .unit:sec/op".
BENCHSTATFLAGS ?=

# Modules of their own: tested as a user's would be, and peers and browser, whose
# dependencies stay out of the library's.
MODULES = $(patsubst %/go.mod,%,$(wildcard strategies/testdata/*/go.mod bench/peers/go.mod report/page/browser/go.mod))
STRATEGIES = serial goroutines process-gob process-json shared-file

.PHONY: help build bench quick peers profile table benchdiff compare verdict selfcheck corpus test race soak kills lint fuzz clean

help: ## list the targets
	@awk -F ': .*## ' '/^[a-z]+: .*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## build bin/handoff
	@$(GO) build -o bin/handoff ./cmd/handoff

bench: build ## measure the default suite (at most 5 minutes), print the table, draw the pictures
	@dir=$$(bin/handoff run -suite default -benchtime $(BENCHTIME) $(RUNFLAGS)) && \
	$(MAKE) --no-print-directory table RUN="$$dir" && \
	bin/handoff report "$$dir" && \
	echo "results are in $$dir: bench.txt, summary.md, index.html, plots/"

quick: build ## measure a few cells in under a minute; not for comparison
	@dir=$$(bin/handoff run -suite quick $(RUNFLAGS)) && \
	$(MAKE) --no-print-directory table RUN="$$dir" && \
	bin/handoff report "$$dir" && \
	echo "results are in $$dir: not for comparison, three samples a cell are too few"

# A sample is as many operations as take PEERTIME: an item costs 10 ns in one
# row and 100 µs in another.
PEERTIME ?= 300ms

peers: build ## measure other people's pools beside ours (at most 6 minutes): table, goals, picture
	@command -v python3 >/dev/null || echo "make peers: python3 is not installed: its rows are left out" >&2
	@dir=$$(bin/handoff run -C bench/peers -pkg . -bench Peers -rounds 10 -benchtime $(PEERTIME) $(RUNFLAGS)) && \
	bin/handoff report "$$dir" && \
	echo "results are in $$dir: bench.txt, summary.md, plots/peers.png"

# What is profiled, and for how long.
PROFILEFLAGS ?= -digits 9 -shape record -seconds 10

profile: build ## profile the five strategies: where their CPU time goes, flame graphs
	bin/handoff profile $(foreach s,$(STRATEGIES),-strategy $(s)) $(PROFILEFLAGS)

table: ## print the time per item of RUN=DIR by benchstat, strategies as columns
	@run="$(RUN)"; if [ -d "$$run" ]; then run="$$run/bench.txt"; fi; \
	[ -r "$$run" ] || { echo "make table: RUN=\"$(RUN)\": want the folder of a run, or its bench.txt" >&2; exit 2; }; \
	$(GO) tool benchstat -filter '.name:Factor .unit:sec/item' \
		-row '/digits@num' -col '/strategy@($(STRATEGIES))' "$$run"

# benchstat ends with 0 even when a file is missing, so that is checked here.
benchdiff: ## compare two runs by benchstat: make benchdiff OLD=results/A NEW=results/B
	@old="$(OLD)"; if [ -d "$$old" ]; then old="$$old/bench.txt"; fi; \
	new="$(NEW)"; if [ -d "$$new" ]; then new="$$new/bench.txt"; fi; \
	[ -r "$$old" ] || { echo "make benchdiff: OLD=\"$(OLD)\": want the folder of a run, or a file in the Go benchmark format" >&2; exit 2; }; \
	[ -r "$$new" ] || { echo "make benchdiff: NEW=\"$(NEW)\": want the folder of a run, or a file in the Go benchmark format" >&2; exit 2; }; \
	$(GO) tool benchstat $(BENCHSTATFLAGS) "old=$$old" "new=$$new"

# Two revisions; and flags for "handoff compare", such as
# COMPAREFLAGS="-max 60s -gate wire=0,allocs=1%".
BASE ?= HEAD~1
HEAD ?= HEAD
COMPAREFLAGS ?=

# Inconclusive (3) is no failure: make would make one of it.
compare: build ## compare two revisions in 15 cells (at most 4 minutes): make compare BASE=HEAD~1
	@code=0; bin/handoff compare $(COMPAREFLAGS) $(BASE) $(HEAD) || code=$$?; \
	[ $$code -eq 3 ] || exit $$code

RESULTS ?= results/compare

verdict: ## print the verdict of the comparison in RESULTS=DIR as Markdown, slower rows as warnings of a workflow
	@[ -r "$(RESULTS)/verdict.md" ] || { echo "there is no verdict in $(RESULTS)"; exit 0; }; \
	cat "$(RESULTS)/verdict.md"; \
	awk -F ' *[|] *' '$$9 ~ /^slower/ { print "::warning title=slower::" $$2 ": " $$5 " (" $$6 ")" }' "$(RESULTS)/verdict.md" >&2

# Flags for "handoff selfcheck", such as SELFCHECKFLAGS="-full -o results/selfcheck".
SELFCHECKFLAGS ?=

selfcheck: build ## find out what comparisons can be trusted with on this machine (3 minutes)
	@bin/handoff selfcheck $(SELFCHECKFLAGS)

# A folder of recorded files.
FILES ?=

corpus: ## hold report and compare against benchstat, over the recorded files in FILES=DIR
	@[ -d "$(FILES)" ] || { echo "make corpus: FILES=\"$(FILES)\": want a folder of files in the Go benchmark format" >&2; exit 2; }
	@HANDOFF_CORPUS="$(abspath $(FILES))" $(GO) test -count=1 -timeout 0 -v -run '^TestCorpus$$' ./cmd/handoff

# The faults of processes take minutes, most of which is waiting.
TESTTIMEOUT ?= 30m

test: ## run all tests
	$(GO) test -timeout $(TESTTIMEOUT) ./...
	@set -e; for dir in $(MODULES); do echo "$(GO) -C $$dir test ./..."; $(GO) -C "$$dir" test ./...; done

race: ## run all tests under the race detector
	$(GO) test -timeout $(TESTTIMEOUT) -race $(RACEFLAGS) $(RACEPKGS)
	@set -e; for dir in $(MODULES); do echo "$(GO) -C $$dir test -race ./..."; $(GO) -C "$$dir" test -race $(RACEFLAGS) ./...; done

soak: ## kill workers for MINUTES on end, run hostile items for HOSTILE, and lose nothing
	HANDOFF_SOAK=$(MINUTES)m HANDOFF_SOAK_HOSTILE=$(HOSTILE) $(GO) test -count=1 -v -timeout 0 -run '^TestSoak(Hostile)?$$' ./strategies

kills: ## kill runs and comparisons KILLS times at random moments: nothing is left, no sample lost
	HANDOFF_KILLS=$(KILLS) $(GO) test -count=1 -v -timeout 0 -run '^TestKilledAtAnyMoment$$' ./bench/runner

lint: ## gofmt, go vet, staticcheck, actionlint
	@bad=$$("$$($(GO) env GOROOT)/bin/gofmt" -l .) && [ -z "$$bad" ] || { echo "gofmt would change:" >&2; echo "$$bad" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) tool actionlint -shellcheck= -pyflakes= .github/workflows/*.yml
	@set -e; staticcheck=$$($(GO) tool -n staticcheck); for dir in $(MODULES); do \
		echo "$(GO) -C $$dir vet ./... && staticcheck ./..."; \
		$(GO) -C "$$dir" vet ./...; (cd "$$dir" && "$$staticcheck" ./...); \
	done

# FUZZJOBS targets at a time, each with its share of the CPUs.
FUZZJOBS ?= 1

fuzz: ## run each fuzz target for FUZZTIME
	@find . -name '*_test.go' -not -path '*/testdata/*' -exec grep -l '^func Fuzz' {} + | sort | \
	while read -r file; do \
		sed -n "s|^func \(Fuzz[A-Za-z0-9_]*\)(.*|\1 $${file%/*}|p" "$$file"; \
	done | \
	xargs -P $(FUZZJOBS) -L 1 sh -c 'echo "fuzz $$0 in $$1"; \
		$(GO) test -run "^$$" -fuzz "^$$0\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x $(FUZZFLAGS) "$$1" || exit 255'

clean: ## remove what was built; recorded runs stay
	rm -rf bin
	$(GO) clean ./...
