// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// pairs are measurements of the same through this provider and through http,
// taken in turn. There are none of http where that provider is not to be had.
type pairs struct {
	unpod, http []float64
}

// ratio is the median of the pairs' ratios, and not the medians' ratio, because
// what the machine does besides changes, and strikes both of a pair.
func (p pairs) ratio() float64 {
	ratios := make([]float64, len(p.http))
	for i := range ratios {
		ratios[i] = p.unpod[i] / p.http[i]
	}
	return median(ratios)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// planResult is what a scenario's plan takes.
type planResult struct {
	scenario scenario
	size     int
	seconds  pairs
	// requests are how often a plan asks the platform.
	requests pairs
	// mebibytes are the most memory that it has, where that is measured.
	mebibytes pairs
}

// sizes are the scenario's lengths, none longer than what is asked for.
func (b *bench) sizes(s scenario) []int {
	sizes := make([]int, len(s.sizes))
	for i, size := range s.sizes {
		sizes[i] = min(size, b.options.largest)
	}
	return slices.Compact(sizes)
}

func (b *bench) plans(ctx context.Context, ways ways) ([]*planResult, error) {
	var measured []*planResult
	for _, scenario := range scenarios() {
		for _, size := range b.sizes(scenario) {
			result, err := b.plan(ctx, ways, scenario, size)
			if err != nil {
				return nil, err
			}
			b.progress("Plan of %s, %d configurations: %s", scenario.name, size, result.seconds.summary("%.2f s"))
			if len(result.mebibytes.unpod) > 0 {
				b.progress("Memory of the same: %s", result.mebibytes.summary("%.0f MiB"))
			}
			measured = append(measured, result)
		}
	}
	return measured, nil
}

func (b *bench) plan(ctx context.Context, ways ways, scenario scenario, size int) (*planResult, error) {
	result := &planResult{scenario: scenario, size: size}
	if err := b.prepare(ctx, ways, scenario, size); err != nil {
		return nil, err
	}
	var err error
	asked := len(b.server.Requests())
	result.seconds, err = b.inTurn(ways, func(w *way) (float64, error) {
		started := time.Now()
		err := runCommand(w.plan(ctx), (*exec.Cmd).Run)
		taken := time.Since(started)
		now := len(b.server.Requests())
		result.requests = result.requests.with(w == ways.http, float64(now-asked))
		asked = now
		return taken.Seconds(), err
	})
	if err == nil && scenario.memoryBound != 0 && canSeeMemory && size == min(memorySize, b.options.largest) {
		result.mebibytes, err = b.inTurn(ways, func(w *way) (float64, error) { return mebibytes(w.plan(ctx)) })
	}
	return result, err
}

// memorySize is the length of the list for which memory is measured. It is done
// in plans apart from those that are timed, because looking on takes time.
const memorySize = 10_000

// mebibytes are the most memory that a command has.
func mebibytes(cmd *exec.Cmd) (float64, error) {
	var bytes int64
	err := runCommand(cmd, func(cmd *exec.Cmd) (err error) {
		bytes, err = runForMemory(cmd)
		return err
	})
	return float64(bytes) / (1 << 20), err
}

// inTurn measures one way after the other, as many times as asked for.
func (b *bench) inTurn(ways ways, measure func(*way) (float64, error)) (pairs, error) {
	var measured pairs
	for range b.options.runs {
		for _, way := range ways.all() {
			value, err := measure(way)
			if err != nil {
				return pairs{}, err
			}
			measured = measured.with(way == ways.http, value)
		}
	}
	return measured, nil
}

// with has one measurement more.
func (p pairs) with(http bool, value float64) pairs {
	if http {
		p.http = append(p.http, value)
	} else {
		p.unpod = append(p.unpod, value)
	}
	return p
}

// summary is for reading while it goes on.
func (p pairs) summary(format string) string {
	text := "unpod " + fmt.Sprintf(format, median(p.unpod))
	if len(p.http) > 0 {
		text += ", http " + fmt.Sprintf(format, median(p.http)) + fmt.Sprintf(", ratio %.2f", p.ratio())
	}
	return text
}

// prepare gives the organization its configurations and writes the scenario down.
// It makes a first plan of each way, which does not count, and which must come to
// the same.
func (b *bench) prepare(ctx context.Context, ways ways, scenario scenario, size int) error {
	b.server.AnswerAlways(unpodtest.Delay(scenario.latency, unpodtest.List(unpodtest.Many(size)...)))
	var first string
	for i, way := range ways.all() {
		config := scenario.unpod
		if way == ways.http {
			config = scenario.http
		}
		if err := way.write(config(size)); err != nil {
			return err
		}
		outputs, err := way.outputs(ctx)
		if err != nil {
			return err
		}
		if i == 0 {
			first = outputs
		} else if outputs != first {
			return fmt.Errorf("%s: the plans of the two providers differ:\n%.1000s\n%.1000s", scenario.name, first, outputs)
		}
	}
	return nil
}
