// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// readSizes are those of the Go benchmarks in internal/provider.
var readSizes = []int{2, 1_000, 10_000, 100_000}

// What the figures of the provider alone are held to.
const (
	maxReadRatio   = 18 // at 10,000, of decoding
	maxAllocations = 10
	maxGrowth      = 12
	maxRequests    = 40
	maxConnections = 10
	maxSharedRatio = 1
)

// readsSection is about one read through the protocol server.
func (r *results) readsSection() string {
	var rows [][]string
	for i, size := range readSizes {
		name := "/" + strconv.Itoa(size)
		read := r.benchmarks.of("ReadDataSource"+name, "ns/op")
		if read == 0 {
			continue
		}
		ratioBound, growth := 0.0, ""
		if size == 10_000 {
			ratioBound = maxReadRatio
		}
		if i > 1 {
			growth = held(read/r.benchmarks.of("ReadDataSource/"+strconv.Itoa(readSizes[i-1]), "ns/op"), maxGrowth, "%.1f")
		}
		rows = append(rows, []string{
			thousands(size),
			duration(read),
			duration(r.benchmarks.of("Unmarshal"+name, "ns/op")),
			held(r.benchmarks.ratio("ReadDataSource"+name, "Unmarshal"+name), ratioBound, "%.1f"),
			growth,
			r.allocationsEach(i),
		})
	}
	return fmt.Sprintf(`## One read in the provider

`+"`ReadDataSource`"+` of the list through the protocol server, over HTTP, beside `+"`json.Unmarshal`"+` of the same body. The
allocations are those of one element more, the framework's and the provider's together. The reads are one after the
other; the first of a plan takes 3 ms more, for which it waits for others to share its request with.

%s
Held to: at most %d times the decoding at 10,000; at most %d times as long for ten times the list, from 1,000 on; at most
%d allocations an element.

`, table([]string{"configurations", "read", "decoding", "read ÷ decoding", "÷ the row above", "allocations an element"}, rows),
		maxReadRatio, maxGrowth, maxAllocations)
}

// allocationsEach is the difference to the next smaller size, for each element
// of the difference.
func (r *results) allocationsEach(index int) string {
	if index == 0 {
		return ""
	}
	of := func(size int) float64 {
		return r.benchmarks.of("ReadDataSource/"+strconv.Itoa(size), "allocs/op")
	}
	size, smaller := readSizes[index], readSizes[index-1]
	return held(math.Round((of(size)-of(smaller))/float64(size-smaller)), maxAllocations, "%.0f")
}

// hundredSection is about reads that come together.
func (r *results) hundredSection() string {
	const name = "HundredReads/"
	row := func(kind string, ratio string, requests, connections float64) []string {
		return []string{
			kind,
			duration(r.benchmarks.of(name+kind, "ns/op")), ratio,
			held(r.benchmarks.of(name+kind, "requests/op"), requests, "%.0f"),
			held(r.benchmarks.of(name+kind, "connections"), connections, "%.0f"),
		}
	}
	return fmt.Sprintf(`## A hundred reads

A hundred reads of a list of a hundred, ten at a time as Terraform reads, from a platform that takes 50 ms to answer. Reads
that come together share a request; beside them, the same reads with a request each.

%s
Held to: at most %d requests on %d connections, and no more time than without sharing.

`, table([]string{"requests", "time", "÷ unshared", "requests sent", "connections"}, [][]string{
		row("shared", held(r.benchmarks.ratio(name+"shared", name+"unshared"), maxSharedRatio, "%.2f"), maxRequests, maxConnections),
		row("unshared", "", 0, 0),
	}), maxRequests, maxConnections)
}

func (r *results) startupSection() string {
	var rows [][]string
	for _, one := range r.startup.slowest {
		rows = append(rows, []string{one.pkg, fmt.Sprintf("%.2f ms", one.milliseconds)})
	}
	return fmt.Sprintf(`## Start-up

Terraform starts a provider three times for a plan, and at two configurations that is nearly all that a plan costs.

%s
Initialization is what the packages do before `+"`main`"+` (`+"`GODEBUG=inittrace=1`"+`), and these take longest:

%s
`, table([]string{"the provider", ""}, [][]string{
		{"packages, with its own", fmt.Sprintf("%d, and %d of Go's library", r.startup.packages-r.startup.standard, r.startup.standard)},
		{"binary, as a release has it", fmt.Sprintf("%.1f MiB", float64(r.startup.bytes)/(1<<20))},
		{"initialization", fmt.Sprintf("%.2f ms", r.startup.milliseconds)},
	}), table([]string{"package", "initialization"}, rows))
}

// duration writes nanoseconds with three figures.
func duration(nanoseconds float64) string {
	d := time.Duration(nanoseconds)
	units := []time.Duration{time.Second, time.Millisecond, time.Microsecond, time.Nanosecond}
	names := []string{"s", "ms", "µs", "ns"}
	i := max(0, slices.IndexFunc(units, func(unit time.Duration) bool { return d >= unit }))
	return fmt.Sprintf("%.3g %s", float64(d)/float64(units[i]), names[i])
}
