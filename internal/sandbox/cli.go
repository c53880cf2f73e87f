// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// pathVariable is the variable that terraform-plugin-testing reads its CLI from.
// A sandbox uses it too, so that all tests run the same CLI.
const pathVariable = "TF_ACC_TERRAFORM_PATH"

// ErrNoCLI means that there is no CLI to run.
var ErrNoCLI = errors.New(`neither terraform nor tofu was found in PATH, and you need one of them. Get one from
  Terraform: https://developer.hashicorp.com/terraform/install
  OpenTofu:  https://opentofu.org/docs/intro/install/
or set ` + pathVariable + ` to the path of the executable. "make test" and "make demo" build OpenTofu if there is neither`)

// CLI is the Terraform or OpenTofu that a sandbox runs.
type CLI struct {
	Path string
	// Name is terraform or tofu, whatever the name of the executable is.
	Name    string
	Version string // such as 1.11.4
	Minor   int    // 11 in 1.11.4

	platform string // such as linux_amd64
}

// findCLI returns the absolute path of the CLI to run: TF_ACC_TERRAFORM_PATH,
// else terraform or tofu from PATH, in this order.
func findCLI() (string, error) {
	if named := os.Getenv(pathVariable); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("%s does not name an executable: %w", pathVariable, err)
		}
		return filepath.Abs(path)
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return filepath.Abs(path)
		}
	}
	return "", ErrNoCLI
}

// versionPattern matches the output of the version command.
var versionPattern = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v(1\.(\d+)\.\S+)\s+on (\w+)`)

// parseVersion parses the output of the version command. The CLI's platform may
// differ from Go's: a Mac can run an Intel Terraform and an ARM Go.
func parseVersion(path, output string) (CLI, error) {
	match := versionPattern.FindStringSubmatch(output)
	if match == nil {
		return CLI{}, fmt.Errorf("%s is not Terraform or OpenTofu, version 1 or later. It printed:\n%s", path, output)
	}
	name := map[string]string{"Terraform": "terraform", "OpenTofu": "tofu"}[match[1]]
	minor, err := strconv.Atoi(match[3])
	return CLI{Path: path, Name: name, Version: match[2], Minor: minor, platform: match[4]}, err
}

// Registry returns the CLI's default registry, which it adds to unpod-ai/unpod.
func (c CLI) Registry() string {
	if c.Name == "tofu" {
		return "registry.opentofu.org"
	}
	return "registry.terraform.io"
}
