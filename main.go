// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Terraform starts this program as the Unpod provider.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log" //nolint:depguard // It is silenced here.
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/unpod-ai/terraform-provider-unpod/internal/provider"
)

// Set by the linker in a release.
var (
	version = "dev"
	commit  = "unknown"
)

func main() {
	// net/http logs what a server sends unasked, which can be the token, and
	// Terraform would keep it in its own log.
	log.SetOutput(io.Discard)

	debug := flag.Bool("debug", false, "wait for a debugger, and print how to have Terraform use this process")
	showVersion := flag.Bool("version", false, "print the version and the commit that it was built from")
	flag.Parse()
	if *showVersion {
		_, _ = fmt.Fprintf(os.Stdout, "terraform-provider-unpod %s (%s)\n", version, commit)
		return
	}
	err := providerserver.Serve(context.Background(), provider.New(version), providerserver.ServeOpts{
		Address:         "registry.terraform.io/unpod-ai/unpod",
		Debug:           *debug,
		ProtocolVersion: 6,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
