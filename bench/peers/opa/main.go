// SPDX-License-Identifier: Apache-2.0
// Rego by OPA, called natively as a Go library: prepared, its data and requests
// parsed beforehand. Measures as bench/bound.c does.
//
//	peer-opa SECONDS FOLDER...
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

const (
	samplesMax = 1000000
	checkedMax = 100
	block      = 64
	longNs     = 100000
)

type workload struct {
	query    rego.PreparedEvalQuery
	requests []ast.Value
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(folder, name string) []byte {
	text, err := os.ReadFile(filepath.Join(folder, name))
	must(err)
	return text
}

func open(folder string, tell bool) *workload {
	policy, text := read(folder, "policy.rego"), read(folder, "data.json")
	start := time.Now()
	var data map[string]any
	must(json.Unmarshal(text, &data))
	store := inmem.NewFromObjectWithOpts(data, inmem.OptReturnASTValuesOnRead(true))
	query, err := rego.New(
		rego.Query("data.bench.allow"),
		rego.Module("policy.rego", string(policy)),
		rego.Store(store),
	).PrepareForEval(context.Background())
	must(err)
	if tell {
		fmt.Println("load", time.Since(start).Nanoseconds())
	}
	w := &workload{query: query}
	lines := bufio.NewScanner(bytes.NewReader(read(folder, "requests.jsonl")))
	for lines.Scan() {
		request, err := ast.ValueFromReader(bytes.NewReader(lines.Bytes()))
		must(err)
		w.requests = append(w.requests, request)
	}
	must(lines.Err())
	return w
}

func (w *workload) permits(i int) bool {
	results, err := w.query.Eval(context.Background(), rego.EvalParsedInput(w.requests[i]))
	must(err)
	return results.Allowed()
}

func percentile(samples []uint32, percent int) uint32 {
	slices.Sort(samples)
	return samples[len(samples)*percent/100]
}

// Every decision by itself, less what it costs to read the clock.
func measureEach(duration time.Duration, next func()) uint32 {
	samples := make([]uint32, 0, samplesMax)
	for range 10000 {
		start := time.Now()
		samples = append(samples, uint32(time.Since(start).Nanoseconds()))
	}
	clock := percentile(samples, 50)
	samples = samples[:0]
	for begin := time.Now(); len(samples) < samplesMax; {
		start := time.Now()
		next()
		samples = append(samples, uint32(time.Since(start).Nanoseconds()))
		if start.Sub(begin) >= duration {
			break
		}
	}
	fmt.Printf("samples %d\nclock %d\n", len(samples), clock)
	for _, percent := range []int{50, 99} {
		value := percentile(samples, percent)
		fmt.Printf("p%d %d\n", percent, value-min(value, clock))
	}
	return percentile(samples, 50)
}

func measureBlocks(duration time.Duration, next func()) {
	samples := make([]uint32, 0, samplesMax)
	begin := time.Now()
	for start := begin; start.Sub(begin) < duration && len(samples) < samplesMax; {
		for range block {
			next()
		}
		end := time.Now()
		samples = append(samples, uint32(end.Sub(start).Nanoseconds()))
		start = end
	}
	fmt.Println("block", percentile(samples, 50)/block)
}

func main() {
	seconds, err := strconv.ParseFloat(os.Args[1], 64)
	must(err)
	var workloads []*workload
	var decisions strings.Builder
	for i, folder := range os.Args[2:] {
		w := open(folder, i == 0)
		workloads = append(workloads, w)
		for i := range min(len(w.requests), checkedMax) {
			if w.permits(i) {
				decisions.WriteByte('1')
			} else {
				decisions.WriteByte('0')
			}
		}
	}
	fmt.Println("decisions", decisions.String())
	at, request := 0, 0
	next := func() {
		w := workloads[at]
		w.permits(request)
		if request++; request == len(w.requests) {
			request = 0
			at = (at + 1) % len(workloads)
		}
	}
	duration := time.Duration(seconds * float64(time.Second))
	if measureEach(duration, next) < longNs {
		measureBlocks(duration, next)
	}
}
