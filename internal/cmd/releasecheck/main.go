// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command releasecheck looks at a release as the registries and those who
// install it do. With -dir it looks at one that was made. Without, it makes one
// of the newest commit twice, for this platform alone, and wants the two to be
// the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "The release is not fit to be published:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("releasecheck", flag.ContinueOnError)
	flags.SetOutput(stdout)
	dir := flags.String("dir", "", "folder of a release that was made, with all of its files")
	config := flags.String("config", ".goreleaser.yml", "configuration of GoReleaser to check")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil
	} else if err != nil {
		return err
	}
	if *dir == "" {
		return checkConfig(ctx, *config, stdout)
	}
	targets, err := readTargets(*config)
	if err != nil {
		return err
	}
	if err := (release{dir: *dir, targets: targets, signed: true, sboms: true}).check(ctx); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(stdout, "The release in %s is fit to be published.\n", *dir)
	return nil
}

// checkConfig makes a release in two clones, each in another folder and with a
// build cache of its own.
func checkConfig(ctx context.Context, config string, stdout io.Writer) (err error) {
	tmp, err := os.MkdirTemp("", "unpod-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }() // What can't be removed is in the temporary folder anyhow.
	maker, err := newMaker(ctx, tmp, config, runtime.GOOS+"_"+runtime.GOARCH)
	if err != nil {
		return err
	}
	if maker.fingerprint == "" {
		_, _ = fmt.Fprintln(stdout, "Nothing is signed, because gpg is not installed.")
	}
	var sums [2]string
	for i, name := range []string{"one", filepath.Join("other", "folder")} {
		_, _ = fmt.Fprintf(stdout, "Building for %s in clone %d of 2 ...\n", maker.target, i+1)
		made, err := maker.make(ctx, filepath.Join(tmp, name))
		if err != nil {
			return err
		}
		if err := made.check(ctx); err != nil {
			return err
		}
		if sums[i], err = made.readSums(); err != nil {
			return err
		}
	}
	if sums[0] != sums[1] {
		return fmt.Errorf("two builds of one commit differ:\n%s\n%s", sums[0], sums[1])
	}
	_, _ = fmt.Fprintf(stdout, "Both have the same checksums:\n%s", sums[0])
	return nil
}
