# inquest: the commands of the README, and those of a developer. Each is a script or one line.

PREFIX = /usr/local
DESTDIR =
RELEASE = .build/release

.PHONY: triage test lint bench casebook evaluate truth truth-generator truth-tshark compare-tls \
    lab lab-all lab-lossy lab-clean fuzz mangle hostile crash-test look-report install uninstall clean help

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' Makefile

triage: ## install what is missing, build, diagnose a capture that ships with the project
	@scripts/triage.sh

test: ## install what is missing, run every test
	@scripts/test.sh

lint: ## format and syntax, strictly
	@scripts/lint.sh

casebook: build-release ## check the case files, put them through the gate, print the confusion matrix
	@scripts/casebook.sh "$(RELEASE)/inquest"

SEEDS = 11 12 13 14 15
evaluate: build-release ## simulate incidents, compare the engine with its targets (SEEDS="1 2 …")
	@"$(RELEASE)/evaluate" --program "$(RELEASE)/inquest" --casebook casebook $(SEEDS)

bench: ## measure time and memory against other programs (BENCH=full: 10 million packets too)
	@scripts/dependencies.sh bench || echo "bench: goes on without what is missing"
	@python3 Benchmarks/bench.py $(if $(filter full,$(BENCH)),--full)

truth: truth-generator ## compare flows with known truth (CAPTURES=folder: other public captures)
	@python3 Tests/CaptureGenerator/compare-flows.py "$(RELEASE)/inquest" "$(RELEASE)/capture-generator"
	$(if $(CAPTURES),INQUEST_TRUTH="$(abspath $(CAPTURES))") \
	    swift test --disable-xctest --filter TruthTests

truth-generator: build-release ## compare generated captures with what tshark sees
	@python3 Tests/CaptureGenerator/cross-check.py "$(RELEASE)/capture-generator"

truth-tshark: build-release ## compare flows with tshark's, on captures in CAPTURES=folder
	@python3 Tests/CaptureGenerator/compare-tshark.py "$(RELEASE)/inquest" \
	    "$(or $(CAPTURES),Tests/Fixtures/captures)"

compare-tls: build-release ## compare verdicts about TLS servers with sslyze (SSLYZE=path) and testssl.sh
	@python3 Tests/TLSComparison/compare.py "$(RELEASE)/inquest"

# A program that is already built is taken as it is: LAB_PROGRAM=path.
LAB_PROGRAM = $(RELEASE)/inquest
LAB_BUILD = $(if $(filter $(RELEASE)/inquest,$(LAB_PROGRAM)),build-release)
lab: $(if $(SCENARIO),$(LAB_BUILD)) ## play incidents in namespaces, as root (SCENARIO="name …"; without: list them)
	@$(if $(SCENARIO),scripts/dependencies.sh lab)
	@python3 Tests/Lab/run.py --program "$(LAB_PROGRAM)" $(SCENARIO)

lab-all: $(LAB_BUILD) ## play all of them, print the confusion matrix, write Tests/Lab/MATRIX.md
	@scripts/dependencies.sh lab
	@python3 Tests/Lab/run.py --program "$(LAB_PROGRAM)" --all

SEED_RANGE = 1-12
lab-lossy: $(LAB_BUILD) ## real flows over lossy paths: is the direction of the loss told? (SEED_RANGE=1-12)
	@scripts/dependencies.sh lab
	@python3 Tests/Lab/lossy.py --program "$(LAB_PROGRAM)" --seeds $(SEED_RANGE)

lab-clean: ## remove what a killed lab left: namespaces, their processes, folders
	@python3 Tests/Lab/run.py --clean

FUZZ_SECONDS = 600
fuzz: ## fuzz each dissector, the readers and the analysis, one by one (FUZZ_SECONDS each)
	@for target in $$(Tests/Fuzz/fuzz.sh list); do \
	    Tests/Fuzz/fuzz.sh $$target $(FUZZ_SECONDS) || exit 1; done

mangle: build-release ## cut and change the captures in CAPTURES=folder, analyse what is left
	@python3 Tests/Fuzz/mangle.py "$(RELEASE)/mangle" "$(or $(CAPTURES),Tests/Fixtures)"

hostile: build-release ## floods, collisions, overlaps: what they cost (PACKETS=number of each)
	@python3 Tests/CaptureGenerator/hostile.py "$(RELEASE)/inquest" \
	    "$(RELEASE)/capture-generator" $(if $(PACKETS),--packets $(PACKETS))

CRASH_ROUNDS = 200
crash-test: build-release ## kill triages at random moments; no answer that was kept may be lost
	@python3 Tests/Crash/crash.py --program "$(RELEASE)/inquest" --rounds $(CRASH_ROUNDS)

look-report: build-release ## a report as HTML, shown by Chromium: wide, narrow, light, dark (LOOK=folder)
	@scripts/dependencies.sh browser
	@scripts/look-report.sh "$(RELEASE)/inquest" "$(or $(LOOK),/tmp/inquest-report)"

install: ## build and install into $(DESTDIR)$(PREFIX)
	@scripts/install.sh "$(DESTDIR)" "$(PREFIX)"

uninstall: ## remove what install put there
	rm -rf "$(DESTDIR)$(PREFIX)/bin/inquest" "$(DESTDIR)$(PREFIX)/share/inquest" \
	    "$(DESTDIR)$(PREFIX)/share/doc/inquest"

clean: ## remove everything built
	rm -rf .build

.PHONY: build-release
build-release:
	@scripts/build.sh >/dev/null
