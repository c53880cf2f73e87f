// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command bench measures what reading a list costs, and writes BENCHMARKS.md. It
// times whole plans of the real CLI, through this provider and in turn through
// the http data source, which many use in its place; then the provider alone.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// interruptedStatus is the shell's customary exit status for Ctrl-C.
const interruptedStatus = 130

func main() {
	ctx, stop := signal.NotifyContext(context.Background(),
		os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	options, err := parseOptions(os.Args[1:], os.Stdout)
	if err == nil {
		err = run(ctx, options, os.Stdout)
	}
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil && interrupted:
		fmt.Fprintln(os.Stderr, "\nThe benchmark was interrupted; what it had started is gone, and it has written nothing.")
		os.Exit(interruptedStatus)
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nThe benchmark failed:", err)
		os.Exit(1)
	}
}

// options say how much is measured.
type options struct {
	// runs is of how many runs a figure is the median.
	runs int
	// largest cuts longer lists down to this length.
	largest int
	// benchtime is how long one run of a Go benchmark takes, as go test wants it.
	benchtime string
	// http is a folder with the binary of the provider hashicorp/http, empty
	// where it comes from the registry, or noHTTP.
	http string
	// out is the folder that is written to, the repository's where it is empty.
	out string
}

// noHTTP leaves the provider hashicorp/http out.
const noHTTP = "none"

func parseOptions(args []string, stdout io.Writer) (options, error) {
	var parsed options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error.
	flags.IntVar(&parsed.runs, "runs", 9, "of how many runs each figure is the median")
	flags.IntVar(&parsed.largest, "largest", 100_000, "the length of the longest list; longer ones are cut to it")
	flags.StringVar(&parsed.benchtime, "benchtime", "1s", "how long one run of a Go benchmark takes")
	flags.StringVar(&parsed.http, "http", os.Getenv("HTTP_PROVIDER_DIR"),
		"the `folder` with the binary of the provider hashicorp/http, or "+noHTTP+" to leave it out; from the registry where it is empty, as is HTTP_PROVIDER_DIR")
	flags.StringVar(&parsed.out, "out", "", "the `folder` to write to, the repository's where it is empty")
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stdout)
		flags.Usage()
	}
	if err == nil && (parsed.runs < 1 || parsed.largest < 1 || flags.NArg() > 0) {
		err = errors.New("-runs and -largest must be at least 1, and there are no other arguments")
	}
	return parsed, err
}

// run measures everything, and writes only once all is measured. However it
// ends, nothing else is left behind.
func run(ctx context.Context, options options, stdout io.Writer) (err error) {
	progress := func(format string, args ...any) {
		_, _ = fmt.Fprintf(stdout, format+"\n", args...) // Who does not look on can still read the page.
	}
	progress("Building the provider from this clone ...")
	root, err := sandbox.ModuleRoot(ctx)
	if err != nil {
		return err
	}
	box, err := sandbox.New(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, box.Close()) }()
	server, err := unpodtest.New(unpodtest.Token, unpodtest.OrgHandle).Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()

	measured, err := (&bench{options: options, root: root, box: box, server: server, progress: progress}).measure(ctx)
	if err != nil {
		return err
	}
	if options.out != "" {
		root = options.out
	}
	progress("\n%s", measured.tables())
	return measured.write(root)
}

// bench is what measures.
type bench struct {
	options  options
	root     string // the module's
	box      *sandbox.Sandbox
	server   *unpodtest.Server
	progress func(format string, args ...any)
}

// results are what was measured.
type results struct {
	runs       int
	machine    machine
	plans      []*planResult
	benchmarks benchmarks
	startup    startup
}

func (b *bench) measure(ctx context.Context) (*results, error) {
	ways, err := b.ways(ctx)
	if err != nil {
		return nil, err
	}
	measured := &results{runs: b.options.runs}
	if measured.startup, err = b.startup(ctx); err != nil {
		return nil, err
	}
	if measured.benchmarks, err = b.goBenchmarks(ctx); err != nil {
		return nil, err
	}
	if measured.plans, err = b.plans(ctx, ways); err != nil {
		return nil, err
	}
	measured.machine, err = b.describeMachine(ctx, ways, measured.benchmarks.cpu)
	return measured, err
}
