module example.com/wordcount

go 1.26.0

require github.com/handoff-go/handoff v0.0.0

require (
	github.com/fsnotify/fsnotify v1.10.1 // indirect
	github.com/fxamacker/cbor/v2 v2.10.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/shamaton/msgpack/v3 v3.1.2 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/handoff-go/handoff => ../../..
