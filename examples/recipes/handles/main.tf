terraform {
  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1.0"
    }
  }
}

# Both blocks use the token and the address from the environment.
provider "unpod" {
  alias      = "sales"
  org_handle = "acme-sales"
}

provider "unpod" {
  alias      = "support"
  org_handle = "acme-support"
}

data "unpod_telephony_provider_configurations" "sales" {
  provider = unpod.sales
}

data "unpod_telephony_provider_configurations" "support" {
  provider = unpod.support
}

output "ids" {
  description = "IDs of the provider configurations of each organization."
  value = {
    sales   = data.unpod_telephony_provider_configurations.sales.ids
    support = data.unpod_telephony_provider_configurations.support.ids
  }
}
