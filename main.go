// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Command terraform-provider-unpod is the Unpod provider, which Terraform starts
// as a plugin.
package main

import (
	"flag"
	"fmt"
	"io"
	"log" //nolint:depguard // It is turned off here.
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/unpod-ai/terraform-provider-unpod/internal/provider"
)

// Set by the linker in a release.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	// net/http logs unexpected data from a server, which may contain the token,
	// and Terraform would add that to its own log.
	log.SetOutput(io.Discard)

	debug := flag.Bool("debug", false, "wait for a debugger, and print how to attach Terraform to this process")
	showVersion := flag.Bool("version", false, "print the version and the commit that it was built from")
	flag.Parse()
	if *showVersion {
		_, _ = fmt.Fprintf(os.Stdout, "terraform-provider-unpod %s (%s)\n", version, commit)
		return
	}
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	if err := tf6server.Serve("registry.terraform.io/unpod-ai/unpod", provider.NewServer(version), options...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
