# Two targets matter: `make demo` shows the product, `make test` proves it.
GO      ?= go
BIN     := bin/wengang
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: demo build test deps vet fuzz long dist clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o $(BIN) ./cmd/wengang

# Builds, makes the sample, imports it, closes months, computes both forms and
# serves http://127.0.0.1:8080 with one sign-in per role.
demo: build
	$(BIN) demo

# Installs what the tests need and the machine lacks, then runs everything.
test: deps vet
	WENGANG_TEST_PG="$$(scripts/postgres-test.sh start)" $(GO) test -timeout 20m ./...

deps:
	scripts/deps.sh

vet:
	@out="$$(gofmt -l cmd internal migrations)"; test -z "$$out" || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...

# Every fuzz target for FUZZTIME each (nightly; the seeds run in make test).
FUZZTIME ?= 60s
fuzz:
	scripts/fuzz.sh $(FUZZTIME)

# Measured promises that need a large ledger (nightly): make test leaves them out.
long:
	WENGANG_LONG=1 WENGANG_DESK_ROWS=200000 WENGANG_TEST_PG="$$(scripts/postgres-test.sh start)" $(GO) test -timeout 40m -run 'AbsentIsQuick|BulkFixIsQuick' -v ./internal/intake

dist:
	@mkdir -p dist
	@for t in linux/amd64 linux/arm64 linux/loong64 windows/amd64; do \
		os=$${t%/*}; arch=$${t#*/}; ext=$$( [ $$os = windows ] && echo .exe || true ); \
		echo "dist/wengang-$$os-$$arch$$ext"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags "$(LDFLAGS)" -o dist/wengang-$$os-$$arch$$ext ./cmd/wengang || exit 1; \
	done

clean:
	rm -rf bin dist
