// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// startup is what the provider is made of and does before main.
type startup struct {
	packages, standard int // all that main depends on, and those of them in Go's library
	bytes              int64
	milliseconds       float64 // of all packages' initialization
	slowest            []initialization
}

// initialization is that of one package.
type initialization struct {
	pkg          string
	milliseconds float64
}

const slowestShown = 5

func (b *bench) startup(ctx context.Context) (startup, error) {
	b.progress("The provider's packages, size and initialization")
	var measured startup
	list := b.box.Tool(ctx, nil, "go", "list", "-deps", "-f={{.Standard}}", ".")
	list.Dir = b.root
	var output strings.Builder
	list.Stdout = &output
	if err := runCommand(list, (*exec.Cmd).Run); err != nil {
		return startup{}, err
	}
	measured.packages = strings.Count(output.String(), "\n")
	measured.standard = strings.Count(output.String(), "true\n")

	binary, err := os.Stat(b.box.Provider()) // without symbols, as a release has it
	if err != nil {
		return startup{}, err
	}
	measured.bytes = binary.Size()
	err = b.initialize(ctx, &measured)
	return measured, err
}

// initialize has the provider tell how long each package's initialization takes.
// It ends by itself, since nothing but its usage is asked for.
func (b *bench) initialize(ctx context.Context, measured *startup) error {
	times := map[string][]float64{}
	var sums []float64
	for range b.options.runs {
		trace, err := b.box.Tool(ctx, []string{"GODEBUG=inittrace=1"}, b.box.Provider(), "-help").CombinedOutput()
		if err != nil {
			return err
		}
		sum := 0.0
		for _, one := range parseInitTrace(string(trace)) {
			times[one.pkg] = append(times[one.pkg], one.milliseconds)
			sum += one.milliseconds
		}
		sums = append(sums, sum)
	}
	measured.milliseconds = median(sums)
	for pkg, each := range times {
		measured.slowest = append(measured.slowest, initialization{pkg, median(each)})
	}
	slices.SortFunc(measured.slowest, func(a, b initialization) int {
		return cmp.Or(cmp.Compare(b.milliseconds, a.milliseconds), cmp.Compare(a.pkg, b.pkg))
	})
	measured.slowest = measured.slowest[:min(slowestShown, len(measured.slowest))]
	return nil
}

var initLine = regexp.MustCompile(`(?m)^init (\S+) @\S+ ms, (\S+) ms clock`)

func parseInitTrace(trace string) []initialization {
	var parsed []initialization
	for _, match := range initLine.FindAllStringSubmatch(trace, -1) {
		milliseconds, err := strconv.ParseFloat(match[2], 64)
		if err == nil {
			parsed = append(parsed, initialization{match[1], milliseconds})
		}
	}
	return parsed
}
