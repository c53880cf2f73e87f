terraform {
  required_version = ">= 1.11" # ephemeral variables; Terraform has them since 1.10

  required_providers {
    restful = {
      source  = "magodo/restful"
      version = "~> 0.25.2"
    }
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}
