terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Reads UNPOD_API_TOKEN and UNPOD_ORG_HANDLE from the environment.
provider "unpod" {}

data "unpod_telephony_provider_configurations" "all" {}

output "configurations" {
  description = "All telephony provider configurations of your organization."
  value       = data.unpod_telephony_provider_configurations.all.provider_configurations
}
