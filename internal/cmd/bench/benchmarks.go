// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// benchmarks are the results of Go benchmarks: by name, such as
// ReadDataSource/1000, and by unit, such as ns/op, a value for each run.
type benchmarks struct {
	values map[string]map[string][]float64
	// cpu is what go test calls the processor.
	cpu string
}

// goBenchmarks runs them once and again, rather than one after another several
// times, so that those that are compared run side by side.
func (b *bench) goBenchmarks(ctx context.Context) (benchmarks, error) {
	variants := []string{"shared", "unshared"}
	for _, size := range readSizes {
		if size <= max(b.options.largest, readSizes[0]) {
			variants = append(variants, strconv.Itoa(size))
		}
	}
	pattern := "^Benchmark(ReadDataSource|Unmarshal|HundredReads)$/^(" + strings.Join(variants, "|") + ")$"
	parsed := benchmarks{values: map[string]map[string][]float64{}}
	for i := range b.options.runs {
		b.progress("Go benchmarks, run %d of %d", i+1, b.options.runs)
		cmd := b.box.Tool(ctx, nil, "go", "test", "-run=^$", "-benchmem", "-bench="+pattern,
			"-benchtime="+b.options.benchtime, "./internal/provider", "./internal/unpod")
		cmd.Dir = b.root
		var output bytes.Buffer
		cmd.Stdout = &output
		if err := runCommand(cmd, (*exec.Cmd).Run); err != nil {
			return benchmarks{}, fmt.Errorf("%w\n%s", err, &output)
		}
		parsed.parse(output.String())
	}
	return parsed, nil
}

// benchmarkLine is a name, the processors if there are several, the number of
// repetitions, and pairs of values and units.
var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.+)$`)

func (b *benchmarks) parse(output string) {
	if _, cpu, ok := strings.Cut("\n"+output, "\ncpu: "); ok {
		b.cpu, _, _ = strings.Cut(cpu, "\n")
	}
	for _, match := range benchmarkLine.FindAllStringSubmatch(output, -1) {
		name, fields := match[1], strings.Fields(match[2])
		if b.values[name] == nil {
			b.values[name] = map[string][]float64{}
		}
		for i := 0; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				b.values[name][fields[i+1]] = append(b.values[name][fields[i+1]], value)
			}
		}
	}
}

// of is the median of a benchmark's runs, 0 where it did not run.
func (b *benchmarks) of(name, unit string) float64 {
	return median(b.values[name][unit])
}

// ratio is how many times as long one benchmark takes as another.
func (b *benchmarks) ratio(one, other string) float64 {
	return pairs{b.values[one]["ns/op"], b.values[other]["ns/op"]}.ratio()
}
