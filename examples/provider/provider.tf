terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE from the environment.
provider "unpod" {}
